import { request, type RequestOptions } from 'node:https'

import { FetchError } from '../../../lib/fetch-json.js'

/** Answer of the service. */
export interface Answer {
  readonly status: number
  /** Media type without parameters. */
  readonly type: string
  readonly body: string
}

/** Milliseconds for the whole request, from name resolution to the last byte. */
const DEADLINE = 5_000

/** The largest key has 32 kB, and is in Base64 twice. */
const MAX_BYTES = 128 * 1024

/**
 * Sends a request over a connection of its own, which is bound in time and size.
 *
 * @param options - `cert` and `key` are those of mutual TLS
 * @throws {@link FetchError} with the code of a failure, and no host
 * @internal
 */
export function send(url: URL, options: RequestOptions, body?: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const signal = AbortSignal.timeout(DEADLINE)
    const req = request(url, { ...options, agent: false, signal }, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_BYTES)
          req.destroy(new FetchError('too-large', `more than ${String(MAX_BYTES)} bytes`))
        else chunks.push(chunk)
      })
      res.on('end', () => {
        const [type = ''] = (res.headers['content-type'] ?? '').split(';')
        const text = Buffer.concat(chunks).toString('utf8')
        done({ status: res.statusCode ?? 0, type: type.trim().toLowerCase(), body: text })
      })
      res.on('error', failed)
    })
    const failed = (error: Error) => {
      fail(failure(error))
    }
    req.on('error', failed)
    req.end(body)
  })
}

function failure(error: Error & { code?: unknown }): FetchError {
  if (error instanceof FetchError) return error
  const { name, code } = error
  if (name === 'TimeoutError' || name === 'AbortError') return new FetchError('timeout', 'timeout')
  const known = typeof code === 'string' && /^\w{1,64}$/.test(code) ? ` ${code}` : ''
  return new FetchError('network', `network error${known}`)
}

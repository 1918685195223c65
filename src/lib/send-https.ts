import type { IncomingHttpHeaders } from 'node:http'
import { request, type RequestOptions } from 'node:https'

import { FetchError } from './fetch-json.js'

/** Answer of a service of the platform, whatever its status. */
export interface HttpsAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Bounds of a request. */
export interface HttpsLimits {
  /** Milliseconds for the whole request, from name resolution to the last byte. */
  readonly deadline: number
  /** Bytes of the answer that are read at most. */
  readonly maxBytes: number
}

/**
 * Sends a request over a connection of its own, which can have a client certificate. The request is bound in time and size. Redirects are not
 * followed.
 *
 * @param options - `cert` and `key` are those of mutual TLS
 * @throws {@link FetchError} `timeout`, `network`, `too-large`; the message has no host and no address
 * @internal
 */
export function sendHttps(
  url: URL,
  options: RequestOptions,
  { deadline, maxBytes }: HttpsLimits,
  body?: string
): Promise<HttpsAnswer> {
  return new Promise((done, fail) => {
    const failed = (error: Error) => {
      fail(failure(error))
    }
    const signal = AbortSignal.timeout(deadline)
    const req = request(url, { ...options, agent: false, signal }, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size <= maxBytes) return chunks.push(chunk)
        // here, as the end can have arrived together with too much
        fail(new FetchError('too-large', `more than ${maxBytes} bytes`))
        return req.destroy()
      })
      res.on('end', () => {
        const { statusCode: status = 0, headers } = res
        done({ status, headers, body: Buffer.concat(chunks).toString('utf8') })
      })
      res.on('error', failed)
    })
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

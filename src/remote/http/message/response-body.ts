import type { IncomingMessage } from 'node:http'
import { pipeline, Readable } from 'node:stream'
import { constants, createBrotliDecompress, createUnzip } from 'node:zlib'

import { type HttpCall, TransportError } from './http-call.js'

/** Options that read a compressed body as far as possible if it ends early, as axios does. */
const UNZIP = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH }
const BROTLI = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH
}

/** Value of `accept-encoding`. */
export const ENCODINGS = 'gzip, br'

/**
 * Reads the body of a response, decompressed, in the requested form. The body of a failed call is
 * never a stream, so that the error can show it.
 *
 * @throws {@link TransportError}
 * @internal
 */
export function readBody(call: HttpCall, res: IncomingMessage): Promise<unknown> {
  const good = isGood(res.statusCode ?? 0)
  const body = decompressed(call, res)
  if (call.responseType === 'stream' && good) return Promise.resolve(body)
  if (call.responseType === 'arraybuffer' && good) return whole(body, call.maxContentLength)
  return readText(body, call)
}

/** True if a status is that of a success. @internal */
export function isGood(status: number): boolean {
  return status >= 200 && status < 300
}

/**
 * Reads a body that is still a stream to its end: nobody reads that of a failed call, and it would keep its connection.
 *
 * @throws {@link TransportError}
 * @internal
 */
export function withoutStream(data: unknown, call: HttpCall): Promise<unknown> {
  return data instanceof Readable ? readText(data, call) : Promise.resolve(data)
}

async function readText(body: Readable, call: HttpCall): Promise<unknown> {
  const content = await whole(body, call.maxContentLength)
  const text = withoutMark(content.toString('utf8'))
  return call.responseType === 'text' || !text ? text : parsed(text)
}

function decompressed({ method }: HttpCall, res: IncomingMessage): Readable {
  const { headers, statusCode } = res
  const encoding = headers['content-encoding']?.toLowerCase()
  if (!encoding || method === 'HEAD' || statusCode === 204) return res
  const decoder = decoderOf(encoding)
  if (!decoder) return res
  delete headers['content-encoding']
  delete headers['content-length']
  pipeline(res, decoder, () => undefined) // an error ends the decoder
  return decoder
}

function decoderOf(encoding: string) {
  if (/^(x-)?(gzip|compress)$|^deflate$/.test(encoding)) return createUnzip(UNZIP)
  return encoding === 'br' ? createBrotliDecompress(BROTLI) : undefined
}

function whole(body: Readable, max = Infinity): Promise<Buffer> {
  return new Promise((done, fail) => {
    const chunks: Buffer[] = []
    let length = 0
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= max) return
      const text = `maxContentLength size of ${max} exceeded`
      body.destroy(new TransportError(text, 'ERR_BAD_RESPONSE'))
    })
    body.on('error', fail)
    body.on('end', () => {
      const [only] = chunks
      done(only && chunks.length === 1 ? only : Buffer.concat(chunks))
    })
  })
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

import type { IncomingMessage } from 'node:http'

const LIMIT = 64 * 1024

/**
 * Reads an `application/x-www-form-urlencoded` body.
 *
 * @returns `undefined` if it is larger than 64 kB; no parameters for any other content type
 */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  // the stream must survive an early return, or the refusal could not be sent
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LIMIT) return undefined
    chunks.push(chunk)
  }
  const [type = ''] = (req.headers['content-type'] ?? '').split(';')
  const isForm = type.trim().toLowerCase() === 'application/x-www-form-urlencoded'
  return new URLSearchParams(isForm ? Buffer.concat(chunks).toString('utf8') : '')
}

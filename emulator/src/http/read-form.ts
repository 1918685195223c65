import type { IncomingMessage } from 'node:http'

const LIMIT = 64 * 1024

/** A body can be read once, and is asked for by the endpoint and by the record of requests. */
const forms = new WeakMap<IncomingMessage, URLSearchParams>()

/** The parameters of a request that were read already. */
export function formOf(req: IncomingMessage): URLSearchParams | undefined {
  return forms.get(req)
}

/**
 * Reads an `application/x-www-form-urlencoded` body.
 *
 * @returns `undefined` if it is larger than 64 kB; no parameters for any other content type
 */
export async function readForm(req: IncomingMessage): Promise<URLSearchParams | undefined> {
  const known = forms.get(req)
  if (known) return known
  const text = await readText(req)
  if (text === undefined) return undefined
  const form = new URLSearchParams(isForm(req) ? text : '')
  if (isForm(req)) forms.set(req, form)
  return form
}

/** True if the content type of the request is that of a form. */
export function isForm(req: IncomingMessage): boolean {
  const [type = ''] = (req.headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase() === 'application/x-www-form-urlencoded'
}

/** Reads a body; `undefined` if it is larger than 64 kB. */
export async function readText(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  // the stream must survive an early return, or the refusal could not be sent
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LIMIT) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

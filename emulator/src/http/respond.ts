import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** Sends JSON that nobody may cache. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: OutgoingHttpHeaders = {}
): void {
  send(res, status, JSON.stringify(body), {
    'content-type': 'application/json;charset=UTF-8',
    'cache-control': 'no-store',
    ...headers
  })
}

/** Sends a line of text. */
export function sendText(
  res: ServerResponse,
  status: number,
  body: string,
  headers: OutgoingHttpHeaders = {}
): void {
  send(res, status, body, { 'content-type': 'text/plain;charset=UTF-8', ...headers })
}

/** Sends an XML document. */
export function sendXml(res: ServerResponse, xml: string): void {
  send(res, 200, xml, { 'content-type': 'application/xml;charset=UTF-8' })
}

function send(
  res: ServerResponse,
  status: number,
  body: string,
  headers: OutgoingHttpHeaders
): void {
  if (res.headersSent || res.destroyed) return
  // "nosniff": an error text repeats parts of the request
  res.writeHead(status, {
    'content-length': Buffer.byteLength(body),
    'x-content-type-options': 'nosniff',
    ...headers
  })
  res.end(body)
}

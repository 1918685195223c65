import type { IncomingMessage } from 'node:http'
import { invalidProxyHeader, methodNotAllowed, Refusal } from './refusal.js'

/** Target of a proxy request; the backend gets path and query byte for byte. */
export interface RequestTarget {
  /** Virtual `host:port`, lower case. */
  virtualHost: string
  /** The path as it was sent, without query. */
  path: string
  /** The path as it was sent, with query. */
  pathAndQuery: string
}

/** The proxy's limit for the request line and for each header line, in bytes. */
const LINE_LIMIT = 8192

/**
 * Takes the absolute-form request target (RFC 9112 section 3.2.2) apart, without rewriting it.
 *
 * @throws Refusal
 */
export function parseTarget(req: IncomingMessage): RequestTarget {
  const raw = req.url ?? ''
  if (/^https:/i.test(raw)) throw methodNotAllowed()
  const [, authority = '', rest = ''] = /^http:\/\/([^/?#]*)([^#]*)$/i.exec(raw) ?? []
  const url = `http://${authority}`
  // no user info: it would end up in logs
  if (!authority || authority.includes('@') || !URL.canParse(url)) throw badTarget()
  checkLines(req, raw)
  const { hostname, port } = new URL(url)
  checkHost(req.headers.host, hostname)
  const pathAndQuery = rest.startsWith('/') ? rest : `/${rest}`
  const [path = '/'] = pathAndQuery.split('?')
  return { virtualHost: `${hostname}:${port || '80'}`, path, pathAndQuery }
}

const badTarget = () =>
  new Refusal(400, 'Bad Request: the request line must have the form "GET http://host:port/path"')

function checkLines(req: IncomingMessage, raw: string): void {
  if (raw.length > LINE_LIMIT) throw new Refusal(414, 'URI Too Long')
  for (const [name, value = ''] of Object.entries(req.headers)) {
    if (name.length + String(value).length > LINE_LIMIT) throw invalidProxyHeader()
  }
}

/** A browser that was sent here by DNS rebinding names another host than the target's. */
function checkHost(host: string | undefined, targetHost: string): void {
  const url = `http://${host ?? ''}`
  const name = URL.canParse(url) ? new URL(url).hostname : ''
  if (![targetHost, 'localhost', '127.0.0.1', '[::1]'].includes(name)) {
    throw new Refusal(421, 'Misdirected Request: the Host header does not fit the request target')
  }
}

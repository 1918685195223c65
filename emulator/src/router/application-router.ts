import { createServer, type ServerOptions } from 'node:https'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { clientCertificate } from '../http/client-certificate.js'
import { EmulatorError } from '../emulator-error.js'
import { listen, type Listener } from '../http/listener.js'
import { sendText } from '../http/respond.js'

/** The platform's router in front of one application, with an ordinary route and one with mutual TLS. */
export interface ApplicationRouter {
  /** The URLs of both routes, on 127.0.0.1. */
  readonly port: number
  /** `app.localhost` */
  readonly host: string
  /** `app.cert.localhost`: here the router asks for a client certificate, and hands it on. */
  readonly certHost: string
  /** Value for the application's `VCAP_APPLICATION`. */
  readonly vcapApplication: { readonly application_uris: readonly string[] }
  /** Sets the target of all further requests: the application's own URL, `http://localhost:<port>`. */
  forwardTo: (url: string) => void
  stop: () => Promise<void>
}

const HOST = 'app.localhost'
const CERT_HOST = 'app.cert.localhost'

/** Headers of one connection, not of the message: RFC 9110 section 7.6.1. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer']

const CERTIFICATE = 'x-forwarded-client-cert'

/**
 * Starts a router. As on the platform, it ends TLS. On the route with mutual TLS it refuses clients without a certificate
 * of the platform's authority, and sets `x-forwarded-client-cert` itself; on the other one the header is whatever a
 * client has sent.
 *
 * @param tls - with the authority of client certificates, see `withClientCertificates`
 */
export async function startApplicationRouter(tls: ServerOptions): Promise<ApplicationRouter> {
  let target: URL | undefined
  const server = createServer(tls, (req, res) => {
    if (!target) return sendText(res, 502, 'the application does not run')
    const host = (req.headers.host ?? '').replace(/:\d+$/, '').toLowerCase()
    if (host !== HOST && host !== CERT_HOST) return sendText(res, 404, `no route to ${host}`)
    const headers = forwarded(req, host)
    if (!headers) return sendText(res, 496, 'a client certificate is required')
    forward(req, res, target, headers)
  })
  const listener: Listener = await listen(server)
  return {
    port: listener.port,
    host: HOST,
    certHost: CERT_HOST,
    vcapApplication: { application_uris: [HOST, CERT_HOST] },
    forwardTo: (url) => {
      target = parseTarget(url)
    },
    stop: listener.close
  }
}

/** @returns nothing without the certificate that the route needs */
function forwarded(req: IncomingMessage, host: string): Record<string, unknown> | undefined {
  const headers: Record<string, unknown> = { ...req.headers, 'x-forwarded-proto': 'https' }
  for (const name of HOP_BY_HOP) delete headers[name]
  if (host !== CERT_HOST) return headers
  const certificate = clientCertificate(req)
  return certificate && { ...headers, [CERTIFICATE]: certificate.raw.toString('base64') }
}

function forward(
  req: IncomingMessage,
  res: ServerResponse,
  target: URL,
  headers: Record<string, unknown>
): void {
  const { method, url: path } = req
  const upstream = request(target, { method, path, headers, agent: false } as never, (answer) => {
    const { connection: _connection, 'transfer-encoding': _encoding, ...rest } = answer.headers
    res.writeHead(answer.statusCode ?? 502, rest)
    answer.pipe(res)
  })
  upstream.on('error', () => sendText(res, 502, 'the application does not answer'))
  res.on('close', () => upstream.destroy())
  req.pipe(upstream)
}

/** Nothing of a developer's traffic leaves the machine by way of it. */
function parseTarget(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined
  const isLocal = target && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(target.hostname)
  if (isLocal && target.protocol === 'http:') return target
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', 'the router forwards to http://localhost:<port>')
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import { createSecureContext, rootCertificates } from 'node:tls'
import type { BackendTarget } from '../backend/child.js'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { requireNative } from '../lib/native.js'
import { type Connection, IDLE_MS } from './connection.js'
import type { Principal } from './principal.js'
import type { RequestTarget } from './request-target.js'

const { createProxyServer } = requireNative('httpxy') as typeof import('httpxy')

/** A request on its way to the backend. */
export interface ForwardedRequest {
  req: IncomingMessage
  res: ServerResponse
  target: RequestTarget
  backend: BackendTarget
  connection: Connection
  principal: Principal | null
  /** True if the backend may take the system certificate for a log-on where there is no user. */
  systemCertificateForLogon: boolean
}

/**
 * Hands requests on over mutual TLS, with the system certificate as the client and the user's
 * certificate in the header SSL_CLIENT_CERT, which is empty without a user; to a mock over http, which never leaves this machine. Bodies are streamed both ways, redirects are not
 * followed.
 *
 * @throws whatever the connection to the backend fails with
 */
export function createForward(certificates: LandscapeCertificates) {
  const { key, cert } = certificates.system
  // the public authorities are for a backend that the emulator did not start
  const ca = [certificates.landscapeCa, ...rootCertificates]
  const secureContext = createSecureContext({ key, cert, ca })
  const proxy = createProxyServer({ autoRewrite: true, protocolRewrite: 'http' })
  proxy.on('proxyRes', ({ headers }, req) => {
    // a connection is between two neighbours: the client's own wish decides, and not how long the backend keeps its own
    const closes = closing.has(req)
    headers.connection = closes ? 'close' : 'keep-alive'
    if (closes) delete headers['keep-alive']
    else headers['keep-alive'] = `timeout=${IDLE_MS / 1000}`
  })
  const closing = new WeakSet<IncomingMessage>()
  return async (request: ForwardedRequest): Promise<void> => {
    const { req, res, target, backend, connection } = request
    const { protocol, hostname } = new URL(backend.origin)
    if (/\bclose\b/i.test(req.headers.connection ?? '')) closing.add(req)
    cleanHeaders(req)
    const { path, pathAndQuery } = target
    req.url = (backend.path ?? path) + pathAndQuery.slice(path.length)
    // the Host header names the virtual host, the certificate the real one; SNI takes no address
    const servername = isIP(hostname) ? '' : hostname
    await proxy.web(req, res, {
      target: backend.origin,
      agent: connection.agent(protocol, { secureContext, servername, maxSockets: 1 }),
      headers: logonHeader(request)
    })
  }
}

/** An empty header says that the system certificate is no log-on. */
function logonHeader({
  principal,
  systemCertificateForLogon
}: ForwardedRequest): Record<string, string> {
  if (principal) return { SSL_CLIENT_CERT: principal.certificate }
  return systemCertificateForLogon ? {} : { SSL_CLIENT_CERT: '' }
}

/**
 * Nothing that is meant for the proxy, and nothing that the Cloud Connector alone may say, reaches
 * the backend. "-" and "_" are the same to servers that turn headers into variables.
 */
function cleanHeaders(req: IncomingMessage): void {
  for (const name of Object.keys(req.headers)) {
    if (isForProxy(name.replaceAll('_', '-'))) delete req.headers[name]
  }
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'expect'])

const isForProxy = (name: string) =>
  name.startsWith('proxy-') ||
  name.startsWith('sap-connectivity-') ||
  name.startsWith('ssl-client-') ||
  HOP_BY_HOP.has(name)

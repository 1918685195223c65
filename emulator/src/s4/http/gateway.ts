import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'

import { noteRequest, now } from '../../mock/note-changes.js'
import { certifiedUser, isIssuedBy, parseCertificate } from '../../mock/user-certificate.js'
import type { Handler } from '../libraries.js'
import type { BackendTls } from '../protocol.js'
import { csrfProtection } from './csrf.js'
import { LOGON_FAILED, sendError } from './answers.js'

/** A service that the gateway serves. */
export interface GatewayService {
  /** Path, without a slash at its end. */
  readonly path: string
  readonly version: 'v2' | 'v4'
  /** The EDMX file, which is the answer to `$metadata`. */
  readonly metadata: string
  readonly handler: Handler
}

/** Name of the header in which the gateway tells the services in this process who is logged on. */
export const USER_HEADER = 'x-s4-user'

/**
 * Creates the HTTPS entrance of the system, not yet listening: mutual TLS, logon by the user certificate, CSRF protection, and
 * then the service.
 */
export function createGateway(tls: BackendTls, services: readonly GatewayService[]): Server {
  const isAllowed = csrfProtection('SAP_SESSIONID_S4H_100')
  const { key, cert, ca } = tls
  return createServer(
    { key, cert, ca, requestCert: true, rejectUnauthorized: true },
    (req, res) => {
      const user = logOn(req, res, ca)
      if (user === undefined || !isAllowed(req, res, user)) return
      const [path = ''] = (req.url ?? '').split('?')
      if (path === '/sap/bc/ping') {
        res.setHeader('content-type', 'text/html; charset=utf-8')
        res.end('<html><body>Server reached.</body></html>')
        return
      }
      const service = services.find(
        (each) => path === each.path || path.startsWith(`${each.path}/`)
      )
      if (service) serve(service, path, user, req, res)
      else sendError(res, 'v2', 403, '/IWFND/MED/170', `No service found for path '${path}'`)
    }
  )
}

/** @returns the user; `undefined` if the request is answered, because nobody is logged on */
function logOn(req: IncomingMessage, res: ServerResponse, ca: string): string | undefined {
  const header = req.headers['ssl_client_cert']
  const certificate = typeof header === 'string' ? parseCertificate(header) : undefined
  const certified =
    certificate && isIssuedBy(certificate, ca, now()) ? certifiedUser(certificate) : undefined
  const { method = '', url: path = '' } = req
  const user = certified?.name
  noteRequest(res, { method, path, user: user ?? null, subject: certified?.subject ?? null })
  if (user !== undefined) return user
  res.statusCode = 401
  res.setHeader('www-authenticate', 'Basic realm="SAP NetWeaver Application Server [S4H/100]"')
  res.setHeader('content-type', 'text/html; charset=utf-8')
  res.end(LOGON_FAILED)
  return undefined
}

function serve(
  { path: root, version, metadata, handler }: GatewayService,
  path: string,
  user: string,
  req: IncomingMessage,
  res: ServerResponse
): void {
  if (path === `${root}/$metadata`) {
    res.setHeader('content-type', 'application/xml')
    res.setHeader(
      version === 'v2' ? 'dataserviceversion' : 'odata-version',
      version === 'v2' ? '2.0' : '4.0'
    )
    res.end(req.method === 'HEAD' ? undefined : metadata)
    return
  }
  req.headers[USER_HEADER] = encodeURIComponent(user)
  for (const name of ['ssl_client_cert', 'cookie', 'authorization', 'x-csrf-token']) {
    Reflect.deleteProperty(req.headers, name)
  }
  if (version === 'v2') asTheGatewayDoes(req, res)
  handler(req, res, (error) => {
    if (res.headersSent) return void res.end()
    if (error === undefined)
      sendError(res, version, 404, '/IWBEP/CM_MGW_RT/020', 'Resource not found')
    else sendError(res, version, 400, '/IWFND/CM_BEC/008', 'Malformed request')
  })
}

/** The points in which the adapter for OData V2 differs from the Gateway. */
function asTheGatewayDoes(req: IncomingMessage, res: ServerResponse): void {
  // The adapter knows no HEAD. Node sends no body to a request that came as one.
  if (req.method === 'HEAD') req.method = 'GET'
  // Function imports are POST requests without a body.
  if (req.method === 'POST') req.headers['content-type'] ??= 'application/json'
  // A change is answered with 204.
  if (['PATCH', 'MERGE', 'PUT'].includes(req.method ?? '')) req.headers['prefer'] = 'return=minimal'
  // The adapter hands on how its connection to the services ends; the client's connection stays open.
  const setHeader = res.setHeader.bind(res)
  res.setHeader = (name, value) => (/^connection$/i.test(name) ? res : setHeader(name, value))
}

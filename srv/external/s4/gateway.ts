import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import { csrfProtection } from 'cds-principal-emulator/s4'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { userHeader } from './abap-auth.js'
import { auditLog, type AuditEntry } from './audit.js'
import { errorBodies, sendError } from './gateway-error.js'
import { logon } from './logon.js'
import { odataV2, servicePath } from './odata.js'
import { repeatableRequests } from './repeatable.js'

/** PEM: key and certificate of this server, and the authority of the Cloud Connector. */
export interface GatewayTls {
  key: string
  cert: string
  ca: string
}

/** The system's HTTPS entrance, not yet listening, and its audit log. */
export interface Gateway {
  server: Server
  audit: AuditEntry[]
}

/** Builds the entrance: mTLS, logon, CSRF protection, then the OData services. */
export async function createGateway(tls: GatewayTls): Promise<Gateway> {
  const audit = auditLog()
  const app = express().disable('x-powered-by').disable('etag')
  app.use(audit.middleware, errorBodies(), logon(new X509Certificate(tls.ca)))
  app.use(
    knownService,
    csrf(),
    repeatableRequests(),
    trailingSlash,
    asTheGatewayDoes,
    forwardUser,
    await odataV2()
  )
  app.use((_req, res) => sendError(res, 404, '/IWBEP/CM_MGW_RT/020', 'Resource not found'))
  app.use(invalidRequest)
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, app)
  return { server, audit: audit.entries }
}

const knownService: RequestHandler = (req, res, next) => {
  const name = req.path.startsWith(`${servicePath}/`) ? req.path.split('/')[5] : undefined
  if (name === 'API_EQUIPMENT' || name === 'API_FUNCTIONALLOCATION') return next()
  const text = `No service found for namespace '', name '${name ?? ''}', version '0001'`
  sendError(res, 403, '/IWFND/MED/170', text)
}

/** The Gateway's CSRF protection. */
function csrf(): RequestHandler {
  const isAllowed = csrfProtection('SAP_SESSIONID_S4H_100')
  return (req, res, next) => {
    if (isAllowed(req, res, res.locals['user'].name)) next()
  }
}

/** The slash variant of a resource is a syntax error, only the service root may end with one. */
const trailingSlash: RequestHandler = (req, res, next) => {
  if (!req.url.endsWith('/') || req.url.split('/').length <= 7) return next()
  sendError(res, 400, '/IWCOR/CX_OD_URI_SYNTAX_ERROR', 'URI has a slash as last character')
}

/** What the OData adapter does differently from the Gateway. */
const asTheGatewayDoes: RequestHandler = (req, res, next) => {
  // The adapter knows no HEAD. Node sends no body to a request that came as one.
  if (req.method === 'HEAD') req.method = 'GET'
  // Function imports are POST requests without a body.
  if (req.method === 'POST') req.headers['content-type'] ??= 'application/json'
  // A change is answered with 204.
  if (['PATCH', 'MERGE', 'PUT'].includes(req.method)) req.headers['prefer'] = 'return=minimal'
  // The adapter hands on how its connection to the services ends; the client's connection stays open.
  const setHeader = res.setHeader.bind(res)
  res.setHeader = (name, value) => (/^connection$/i.test(name) ? res : setHeader(name, value))
  next()
}

/** What the adapter could not even read. */
const invalidRequest: ErrorRequestHandler = (error: { status?: number }, _req, res, next) => {
  if (res.headersSent) return next(error)
  const isClientError = error.status !== undefined && error.status < 500
  const text = isClientError ? 'Malformed request' : 'Internal error'
  sendError(res, isClientError ? 400 : 500, '/IWFND/CM_BEC/008', text)
}

const forwardUser: RequestHandler = (req, res, next) => {
  req.headers[userHeader] = res.locals['user'].name
  delete req.headers['ssl_client_cert']
  delete req.headers.cookie
  next()
}

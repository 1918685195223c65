import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { NotMocked } from '../backend/registered-mocks.js'
import { sendText } from '../http/respond.js'
import type { Traffic } from '../traffic/traffic.js'
import type { EmulatedRequest } from '../types.js'
import { createConnections, IDLE_MS } from './connection.js'
import { createForward } from './forward.js'
import { admit, type GateContext } from './gate.js'
import { backendUnreachable, methodNotAllowed, Refusal } from './refusal.js'
import { parseTarget } from './request-target.js'

/** Two tokens, cookies and the rest; the limit per line is checked separately. */
const HEADERS_LIMIT = 64 * 1024

/** The Connectivity proxy, with the Cloud Connector behind it. */
export function createConnectivityProxy(
  context: GateContext,
  certificates: LandscapeCertificates,
  traffic: Traffic
) {
  const connections = createConnections()
  const forward = createForward(certificates)

  const handle = async (req: IncomingMessage, res: ServerResponse, entry: EmulatedRequest) => {
    if (await traffic.intercept('connectivity', req, res, entry)) return
    const target = parseTarget(req)
    Object.assign(entry, { path: target.path, host: target.virtualHost })
    const connection = connections.of(req.socket)
    const { system, principal } = await admit(context, req, target, connection)
    entry.client = context.client.id
    entry.subject = principal?.subject ?? null
    if (await traffic.intercept('s4', req, res, entry)) return
    try {
      const backend = system.locate(target.path)
      const { systemCertificateForLogon } = system
      const hop = { target, backend, connection, principal, systemCertificateForLogon }
      await forward({ req, res, ...hop })
    } catch (error) {
      const reason = error instanceof NotMocked ? error.message : undefined
      throw backendUnreachable(target.virtualHost, reason)
    }
  }

  const server = createServer({ maxHeaderSize: HEADERS_LIMIT }, (req, res) => {
    const entry = startEntry(req, connections.of(req.socket).id)
    traffic.track('connectivity', entry, res)
    handle(req, res, entry).catch((error: unknown) => refuse(req, res, error))
  })
  server.keepAliveTimeout = IDLE_MS
  server.on('connection', (socket: Socket) => connections.open(socket))
  server.on('connect', (req: IncomingMessage, socket: Socket) => {
    const { status, message } = methodNotAllowed()
    traffic.add('connectivity', { ...startEntry(req, connections.of(socket).id), status })
    socket.on('error', () => socket.destroy())
    socket.end(
      `HTTP/1.1 ${status} Method Not Allowed\r\ncontent-length: ${message.length}\r\nconnection: close\r\n\r\n${message}`
    )
  })
  return server
}

/** Records the request before the target is parsed, so that refused requests are on record as well. */
function startEntry(req: IncomingMessage, connection: number): EmulatedRequest {
  const at = new Date().toISOString()
  return { at, method: req.method ?? '', path: '', status: 0, connection }
}

function refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void {
  // the body of a refused request must be read, or the connection cannot go on
  req.resume()
  if (res.headersSent) return void res.destroy()
  if (error instanceof Refusal) return sendText(res, error.status, error.message, error.headers)
  sendText(res, 500, 'Internal Server Error')
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { closeConnections } from '../../../../src/remote/http/connections/connections.js'
import { type NamedUser, TokenPrincipal } from '../../../../src/user/principal.js'

/** One request, as it came in. */
export interface Received {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Number of the TCP connection. */
  readonly connection: number
}

type Handler = (req: IncomingMessage, res: ServerResponse, received: Received) => void

/** An HTTP server on loopback that does what a test says, and keeps a record. */
export class Backend {
  static readonly #running = new Set<Backend>()
  readonly received: Received[] = []
  readonly sockets: Socket[] = []
  readonly #server: Server
  /** How the next requests are answered. */
  answer: Handler = (_, res) => {
    json(res, 200, { d: 'ok' })
  }

  private constructor() {
    this.#server = createServer((req, res) => {
      void text(req)
        .catch(() => '')
        .then((body) => {
          const { method = '', url = '', headers, socket } = req
          const connection = this.sockets.indexOf(socket)
          const received = { method, url, headers, body, connection }
          this.received.push(received)
          this.answer(req, res, received)
        })
    })
    this.#server.keepAliveTimeout = 120_000 // longer than any client keeps a connection
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.push(socket)
    })
  }

  static async start(): Promise<Backend> {
    const backend = new Backend()
    await new Promise<void>((done) => backend.#server.listen(0, '127.0.0.1', done))
    Backend.#running.add(backend)
    return backend
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Methods and URLs, in order. */
  get lines(): string[] {
    return this.received.map(({ method, url }) => `${method} ${url}`)
  }

  static async stopAll(): Promise<void> {
    await Promise.all([...Backend.#running].map((backend) => backend.stop()))
  }

  async stop(): Promise<void> {
    Backend.#running.delete(this)
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }
}

/**
 * Starts a backend before each test, and stops after the test all that run, and closes the client's connections.
 *
 * @param prepare - gets the backend of the next test
 */
export function withBackend(prepare: (backend: Backend) => void): void {
  beforeEach(async () => {
    prepare(await Backend.start())
  })
  afterEach(async () => {
    closeConnections()
    await Backend.stopAll()
  })
}

export function json(res: ServerResponse, status: number, body: object, headers = {}): void {
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(JSON.stringify(body))
}

export function plain(res: ServerResponse, status: number, body: string, headers = {}): void {
  res.writeHead(status, { 'content-type': 'text/plain', ...headers })
  res.end(body)
}

/** A user with a token that looks like one. */
export function user(userId: string, token = `token-of-${userId}`, tenant = 't1'): NamedUser {
  const expiresAt = Math.floor(Date.now() / 1000) + 3600
  return new TokenPrincipal({ userId, tenant, issuer: 'xsuaa', expiresAt, bearerToken: token })
}

/** A destination on the internet. */
export function internet(url: string, changes: object = {}): HttpDestination {
  return { name: 'INTERNET', url, authentication: 'NoAuthentication', ...changes }
}

/** A destination behind the Connectivity proxy, which is the backend. */
export function onPremise(backend: Backend, token?: string, changes: object = {}): HttpDestination {
  return {
    name: 'S4',
    url: 'http://s4.internal:44300',
    proxyType: 'OnPremise',
    authentication: token ? 'PrincipalPropagation' : 'NoAuthentication',
    proxyConfiguration: {
      host: '127.0.0.1',
      port: backend.port,
      protocol: 'http',
      headers: {
        'Proxy-Authorization': 'Bearer proxy-token',
        ...(token && { 'SAP-Connectivity-Authentication': `Bearer ${token}` })
      }
    },
    ...changes
  }
}

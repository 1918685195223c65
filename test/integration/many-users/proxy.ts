import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { claimsOf } from '../../../emulator/test/support/http.js'

/** Milliseconds that the system takes for an answer. */
const TAKES = 20

/** Milliseconds that an idle connection stays open: longer than clients keep it. */
const IDLE = 120_000

/**
 * An HTTP proxy in the place of Connectivity proxy, Cloud Connector and system. It acts as the first user of a connection as long as this
 * lives, as the Cloud Connector does, and answers with the name of this user.
 */
export class Proxy {
  readonly #server: Server
  readonly #users = new Map<Socket, string>()
  /** Connections that are open, and that were ever. */
  open = 0
  accepted = 0

  private constructor() {
    this.#server = createServer((req, res) => {
      const known = this.#users.get(req.socket)
      const user = known ?? userOf(req)
      this.#users.set(req.socket, user)
      setTimeout(() => {
        res.setHeader('content-type', 'application/json').end(JSON.stringify({ user }))
      }, TAKES)
    })
    this.#server.keepAliveTimeout = IDLE
    this.#server.on('connection', (socket: Socket) => {
      this.open++
      this.accepted++
      socket.on('close', () => {
        this.open--
        this.#users.delete(socket)
      })
    })
  }

  static async start(): Promise<Proxy> {
    const proxy = new Proxy()
    // all connections of an instance may come at once
    proxy.#server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 })
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Only a request with both tokens is one of a user. */
function userOf({ headers }: IncomingMessage): string {
  const [, token = ''] =
    /^Bearer (.+)$/.exec(String(headers['sap-connectivity-authentication'])) ?? []
  if (!headers['proxy-authorization'] || !token) return 'nobody'
  return String(claimsOf(token).user_name)
}

import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

import { claimsOf } from '../../../emulator/test/support/http.js'
import { faultOf } from './marker.js'

/** What has come to the Connectivity proxy. */
export interface Proxied {
  readonly marker: string | undefined
  /** Number of the TCP connection. */
  readonly connection: number
  /** By the tokens of the request: user, tenants, and which token it is. */
  readonly principal: string
}

/** A connection of the application, and its own to the proxy: so the proxy sees as many as there are. */
interface Line {
  readonly id: number
  readonly agent: Agent
}

/** Stands in front of the emulated Connectivity proxy: fails where the marker says so, and writes down who shares a connection. */
export class ProxyRelay {
  readonly #target: number
  readonly #lines = new WeakMap<Socket, Line>()
  readonly #attempts = new Map<string, number>()
  readonly #server = createServer((req, res) => {
    this.#handle(req, res)
  })
  #seen: Proxied[] = []
  /** Numbers of the connections that are open. */
  readonly open = new Set<number>()
  #accepted = 0

  private constructor(target: number) {
    this.#target = target
    this.#server.keepAliveTimeout = 60_000
    this.#server.on('connection', (socket: Socket) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const id = ++this.#accepted
      this.#lines.set(socket, { id, agent })
      this.open.add(id)
      socket.once('close', () => {
        this.open.delete(id)
        agent.destroy()
      })
    })
  }

  /** @param target - port of the proxy */
  static async start(target: number): Promise<ProxyRelay> {
    const relay = new ProxyRelay(target)
    relay.#server.listen(0, '127.0.0.1')
    await once(relay.#server, 'listening')
    return relay
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** What has come since the last time. */
  take(): Proxied[] {
    return this.#seen.splice(0)
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    const line = this.#lines.get(req.socket)!
    const marker = req.headers['x-soak'] as string | undefined
    this.#seen.push({ marker, connection: line.id, principal: principalOf(req) })
    const fault =
      String(req.headers['x-csrf-token']).toLowerCase() === 'fetch' ? 'none' : faultOf(marker)
    const attempt = (this.#attempts.get(marker ?? '') ?? 0) + 1
    if (fault !== 'none') this.#attempts.set(marker ?? '', attempt)
    const refuse = (status: number, text: string) => {
      req
        .resume()
        .once('end', () => res.writeHead(status, { 'content-type': 'text/plain' }).end(text))
    }
    if (fault === 'proxyauth' && attempt === 1) refuse(407, 'the token is not valid')
    else if (fault === 'disconnected') {
      refuse(503, 'There is no SAP Cloud Connector (SCC) connected to your subaccount.')
    } else if (fault === 'cut' && attempt === 1) req.socket.destroy()
    else this.#forward(req, res, line, fault === 'lost' && attempt === 1)
  }

  #forward(req: IncomingMessage, res: ServerResponse, { agent }: Line, lost: boolean): void {
    const { method, url: path, headers } = req
    const target = { host: '127.0.0.1', port: this.#target, method, path, headers, agent }
    const upstream = request(target, (answer) => {
      if (lost) {
        answer.resume().once('end', () => req.socket.destroy())
        return
      }
      res.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(res)
    })
    upstream.on('error', () => res.destroy())
    res.once('close', () => upstream.destroy())
    req.pipe(upstream)
  }
}

function principalOf({ headers }: IncomingMessage): string {
  const claims = (name: string) => {
    const value = headers[name]
    return value === undefined ? undefined : claimsOf(String(value).replace('Bearer ', ''))
  }
  const user = claims('sap-connectivity-authentication')
  const application = claims('proxy-authorization')
  const { user_name, zid, jti } = user ?? application ?? {}
  return JSON.stringify([user_name, zid, application?.zid, jti])
}

import { Agent as HttpAgent } from 'node:http'
import { Agent, type AgentOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Claims } from '../xsuaa/claims.js'

/** The time that the proxy keeps an idle connection, in milliseconds; longer than clients do, so that they decide. */
export const IDLE_MS = 60_000

/**
 * The binding of a kept-alive connection to its first request. The Cloud Connector keeps the
 * principal as well: whoever shares a connection among users acts as the first of them.
 */
export interface Binding {
  account: string
  locationId: string
  virtualHost: string
  /** The name in the user token; `null` without one. */
  claims: Claims | null
}

/** A client's TCP connection. */
export interface Connection {
  /** Number since start. */
  readonly id: number
  binding: Binding | undefined
  /** Connection to the backend: one for each of the client's, and gone with it. */
  agent(protocol: string, options: AgentOptions): HttpAgent
}

/** Keeps the state of connections as long as they are open. */
export function createConnections() {
  const connections = new WeakMap<Socket, Connection>()
  let count = 0
  return {
    /** Call once for every accepted socket. */
    open(socket: Socket): void {
      count += 1
      let agent: HttpAgent | undefined
      socket.once('close', () => agent?.destroy())
      connections.set(socket, {
        id: count,
        binding: undefined,
        agent: (protocol, options) => {
          const Kind = protocol === 'https:' ? Agent : HttpAgent
          return (agent ??= new Kind({ ...options, keepAlive: true }))
        }
      })
    },
    of(socket: Socket): Connection {
      const connection = connections.get(socket)
      if (!connection) throw new Error('connection is not known')
      return connection
    }
  }
}

import { Agent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'

import { boundedCache } from '../../../lib/telemetry/bounded-cache.js'
import type { NamedUser } from '../../../user/principal.js'
import type { ForwardProxy, HeaderValues, HttpCall } from '../message/http-call.js'
import { CREDENTIALS } from '../message/identity-headers.js'
import { principalKey } from './principal-key.js'
import { countSockets } from './sockets.js'

/** Principals whose connections are kept at the same time. */
const MAX_PRINCIPALS = 1000

/** Milliseconds that an unused connection stays open. Node stays below what a server announces (`Keep-Alive: timeout`). */
const IDLE = 30_000

/** Calls of one user to one system at the same time; further ones wait. */
const MAX_OF_A_USER = 50

/** Calls of one technical user to one system at the same time: all requests share it. */
const MAX_TECHNICAL = 250

/** Unused connections that are kept for each principal. */
const MAX_IDLE = 10

const agents = boundedCache<string, Agent>('connections-of-principals', {
  max: MAX_PRINCIPALS,
  dispose: retire
})

const LOCATION = 'sap-connectivity-scc-location_id'

/** Headers that a connection is bound to. */
const BINDING = [LOCATION, ...CREDENTIALS]

/** Keys of {@link agents}, by the headers of a destination that is complete for one principal. */
const keys = new WeakMap<HeaderValues, string>()

/**
 * Returns the key of the connections of one principal to one system. They are shared by calls that
 * send exactly the same credentials, and by no others: the Cloud Connector acts as the first
 * principal of a connection as long as the connection lives, and takes subaccount, location and
 * system from its first request. The next token of a user, which may have other claims, gets
 * connections of its own.
 *
 * @param call - with the headers as they are sent
 * @param identity - those of them that the destination adds
 * @see `@sap-cloud-sdk/connectivity`, `getAgentCacheKeyInput`
 * @internal
 */
export function connectionKey(
  { url, headers }: HttpCall,
  proxy: ForwardProxy | undefined,
  user: NamedUser | undefined,
  identity: HeaderValues
): string {
  const isIdentity = BINDING.every((name) => headers[name] === identity[name])
  const known = isIdentity ? keys.get(identity) : undefined
  if (known !== undefined) return known
  const key = JSON.stringify([
    url.origin,
    proxy && [proxy.protocol, proxy.host, proxy.port],
    headers[LOCATION],
    ...principalKey(user, headers)
  ])
  if (isIdentity) keys.set(identity, key)
  return key
}

/** Returns the connections with a key. @internal */
export function connectionsOf(key: string, { url }: HttpCall, proxy?: ForwardProxy): Agent {
  const kept = agents.get(key)
  if (kept) return kept
  const agent = newAgent((proxy?.protocol ?? url.protocol).startsWith('https'))
  agents.set(key, agent)
  return agent
}

/** Returns the number of calls of one principal to one system at the same time. @internal */
export function callsAtOnce(user: NamedUser | undefined): number {
  return user ? MAX_OF_A_USER : MAX_TECHNICAL
}

function newAgent(secure: boolean): Agent {
  const options = { keepAlive: true, timeout: IDLE }
  const agent = secure ? new HttpsAgent(options) : new Agent(options)
  // what an agent has as options, Node copies for each request
  return countSockets(Object.assign(agent, { maxFreeSockets: MAX_IDLE }))
}

/** Closes unused connections; those in use end with their request. @internal */
export function retire(agent: Agent): void {
  agent.maxFreeSockets = 0
  closeIdle(agent)
}

/** Closes unused connections, so that the next request gets a new one. @internal */
export function closeIdle({ freeSockets }: Agent): void {
  for (const sockets of Object.values(freeSockets)) {
    for (const socket of [...(sockets ?? [])]) socket.destroy()
  }
}

/** Counts connections, for tests and measurements. @internal */
export function connectionCount(): { principals: number; idle: number; used: number } {
  const count = (lists: NodeJS.ReadOnlyDict<unknown[]>) =>
    Object.values(lists).reduce((sum, list) => sum + (list?.length ?? 0), 0)
  const all = [...agents.values()]
  return {
    principals: all.length,
    idle: all.reduce((sum, { freeSockets }) => sum + count(freeSockets), 0),
    used: all.reduce((sum, { sockets }) => sum + count(sockets), 0)
  }
}

/** Closes all unused connections, for tests. @internal */
export function closeConnections(): void {
  agents.clear()
}

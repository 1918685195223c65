import type { LRUCache } from 'lru-cache'

import { boundedCache } from './bounded-cache.js'

/** State of an issuer or a destination, as the last requests have shown it. */
export interface HealthState {
  /** `down` if its keys, its token or an answer could not be had. */
  readonly state: 'up' | 'down'
  /** Time of the first request in this state, ISO 8601. */
  readonly since: string
  /**
   * Time of the last request that has shown it, ISO 8601: an old state may no longer be true. Where an issuer is up, a token that it
   * has judged before changes nothing.
   */
  readonly last: string
  /** Code of the last failure, if the state is `down`. */
  readonly code?: string
}

/** States of the issuers and destinations in use. It has no URL, no tenant and no user. */
export interface PrincipalHealth {
  /** `down` if an issuer is down, `degraded` if a destination is down, `unknown` before the first request. */
  readonly status: 'up' | 'degraded' | 'down' | 'unknown'
  /** States by the name of the issuer in the configuration. */
  readonly issuers: Readonly<Record<string, HealthState>>
  /** States by the name of the destination, or of the required service if it has none. */
  readonly destinations: Readonly<Record<string, HealthState>>
}

/** Issuers and destinations that are kept. */
const MAX_STATES = 500

const issuers = boundedCache<string, HealthState>('health-states', { max: MAX_STATES })
const destinations = boundedCache<string, HealthState>('health-states', { max: MAX_STATES })

/** Codes of calls that have reached nobody, or nobody who answers for the remote system. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'ERR_DESTINATION_NOT_FOUND',
  'ERR_DESTINATION_UNAVAILABLE',
  'ERR_TOKEN_EXCHANGE',
  'ERR_REMOTE_PROXY',
  'ERR_REMOTE_CLOUD_CONNECTOR',
  'ERR_REMOTE_UNREACHABLE',
  'ERR_REMOTE_TLS',
  'ERR_REMOTE_CONNECTION_LOST',
  'ERR_REMOTE_TIMEOUT',
  'ERR_REMOTE_UNAVAILABLE'
])

/** Codes of calls that have not left. */
const NOT_SENT: ReadonlySet<string> = new Set([
  'ERR_REMOTE_LIMIT',
  'ERR_REMOTE_HOST',
  'ERR_REMOTE_PATH'
])

/** Codes of Node, such as `ECONNREFUSED`, and of gateways. */
const OF_NETWORK = /^(E(?!RR_)[A-Z_]+|HTTP_50[234])$/

/**
 * Returns the states of the issuers and destinations in use, as calls have shown them. Nothing is asked, and no
 * credentials are used. States are those of this process.
 *
 * @example
 * ```ts
 * cds.on('bootstrap', (app) => {
 *   app.get('/health/principal', (_, res) => res.json(principalHealth()))
 * })
 * ```
 */
export function principalHealth(): PrincipalHealth {
  const all = { issuers: statesIn(issuers), destinations: statesIn(destinations) }
  const isDown = ({ state }: HealthState) => state === 'down'
  if (Object.values(all.issuers).some(isDown)) return { status: 'down', ...all }
  if (Object.values(all.destinations).some(isDown)) return { status: 'degraded', ...all }
  return { status: issuers.size + destinations.size ? 'up' : 'unknown', ...all }
}

/** Returns the states in the order of their names, and not of their use. */
function statesIn(states: LRUCache<string, HealthState>): Record<string, HealthState> {
  return Object.fromEntries([...states.entries()].toSorted(([a], [b]) => a.localeCompare(b)))
}

/** Issuers that are down: as a rule there are none, which is quickly asked. */
const down = new Set<string>()

/**
 * Notes that an issuer has judged a token, or could not.
 *
 * @param code - why it could not
 * @internal
 */
export function noteIssuer(alias: string, code?: string): void {
  note(issuers, alias, code)
  if (code === undefined) down.delete(alias)
  else down.add(alias)
}

/**
 * Notes that a token was accepted which its issuer has judged before. That is the most frequent kind of request, and costs one
 * comparison as long as no issuer is down.
 *
 * @internal
 */
export function noteKept(issuer: { readonly alias: string }): void {
  if (down.size && down.has(issuer.alias)) noteIssuer(issuer.alias)
}

/** Failures that are no reason to call an issuer down. */
const leftOut = new WeakSet<object>()

/** Leaves a failure out of the states: it says nothing about the issuer, and whoever sends a token can bring it about. @internal */
export function leaveOut(failure: object): void {
  leftOut.add(failure)
}

/** True if a failure is left out of the states. @internal */
export function isLeftOut(failure: object): boolean {
  return leftOut.has(failure)
}

/** Facts about a call. */
interface Call {
  readonly service: string | undefined
  readonly destination: string | undefined
  readonly outcome: string
  readonly code: string | undefined
}

/** Notes the outcome of a call. One that was refused before it was sent says nothing about its destination. @internal */
export function noteCall({ service, destination, outcome, code = '' }: Call): void {
  const name = destination ?? service
  if (name === undefined || (outcome !== 'ok' && outcome !== 'failed')) return
  if (NOT_SENT.has(code)) return
  const isDown = outcome === 'failed' && (UNAVAILABLE.has(code) || OF_NETWORK.test(code))
  note(destinations, name, isDown ? code : undefined)
}

function note(states: LRUCache<string, HealthState>, name: string, code?: string): void {
  const state = code === undefined ? 'up' : 'down'
  const before = states.get(name)
  const last = new Date().toISOString()
  const since = before?.state === state ? before.since : last
  states.set(name, { state, since, last, ...(code !== undefined && { code }) })
}

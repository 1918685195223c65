import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { type Key, SingleFlight } from '../../lib/single-flight.js'
import { boundedCache } from '../../lib/telemetry/bounded-cache.js'
import { hashOf } from '../../user/user-key.js'
import { type HttpAnswer, type HttpCall, isRepeatable } from './message/http-call.js'
import { CREDENTIALS, identityHeaders } from './message/identity-headers.js'
import { principalKey, sessionKey } from './connections/principal-key.js'
import type { Outbound } from './outbound.js'

/** Milliseconds between renewals for a user whom a system does not know. */
const COOL_DOWN = 30_000

const MAX_RENEWALS = 10_000

/**
 * Renewed destinations by the rejected credentials: calls that were rejected together get one
 * renewal.
 */
const renewals = new SingleFlight<HttpDestination | undefined>('renewals', MAX_RENEWALS)

/** Callers whose fresh credentials were of no use. They get no others meanwhile, whatever they send. */
const coolDowns = boundedCache<string, true>('renewals', {
  ...{ max: MAX_RENEWALS, ttl: COOL_DOWN },
  ttlResolution: 0
})

/**
 * Returns the destination with fresh tokens, if the answer rejects those of the call and others are
 * available.
 *
 * @throws what `outbound.renew` throws
 * @internal
 */
export async function renewed(
  outbound: Outbound,
  call: HttpCall,
  { status }: HttpAnswer
): Promise<HttpDestination | undefined> {
  const { user, renew } = outbound
  if ((status !== 401 && status !== 407) || !renew || !isRepeatable(call)) return undefined
  // a 401 is not about the token for the proxy, a 407 not about that for the system behind it
  const byProxy = status === 407
  const other = byProxy ? 'authorization' : 'proxy-authorization'
  const own = CREDENTIALS.filter((name) => name !== other && call.headers[name])
  if (!own.length) return undefined
  const caller = await callerKey(outbound, status)
  const key = [...caller, ...principalKey(user, call.headers)]
  const fresh = await renewals.get(key, async () => {
    if (coolDowns.has(JSON.stringify(caller))) return { value: undefined, lifetime: 0 }
    const isRejected = (header: string) => own.some((name) => call.headers[name] === header)
    return { value: await renew({ isRejected, byProxy }), lifetime: COOL_DOWN }
  })
  if (!fresh) return undefined
  const headers = await identityHeaders(fresh)
  if (CREDENTIALS.some((name) => headers[name] !== call.headers[name])) return fresh
  await startCoolDown(outbound, status)
  return undefined
}

/**
 * Stops renewals for a caller for 30 seconds: fresh credentials were rejected as well.
 *
 * @param status - of the answer, 401 or 407
 * @internal
 */
export async function startCoolDown(outbound: Outbound, status: number): Promise<void> {
  const id = JSON.stringify(await callerKey(outbound, status))
  // late calls do not prolong it
  if (!coolDowns.has(id)) coolDowns.set(id, true)
}

/** Returns the key of a user, and of a destination with all that its fragments change, without credentials. */
async function callerKey(outbound: Outbound, status: number): Promise<Key> {
  const { destination, user, tenant } = outbound
  const { name, url, originalProperties } = destination
  const identity = await identityHeaders(destination)
  const session = sessionKey({ destination, user, tenant, identity }, {})
  const configuration = hashOf(JSON.stringify(originalProperties ?? null))
  return [String(status), name ?? undefined, url, tenant, ...session, configuration]
}

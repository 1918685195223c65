import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { SingleFlight } from '../../lib/single-flight.js'
import { type HttpAnswer, type HttpCall, isRepeatable } from './message/http-call.js'
import { CREDENTIALS, identityHeaders } from './message/identity-headers.js'
import { principalKey } from './connections/principal-key.js'
import type { Outbound } from './outbound.js'

/** Milliseconds between renewals for a user whom a system does not know. */
const COOL_DOWN = 30_000

const MAX_RENEWALS = 10_000

/**
 * Renewed destinations by the rejected credentials: calls that were rejected together get one
 * renewal.
 */
const renewals = new SingleFlight<HttpDestination>('renewals', MAX_RENEWALS)

/**
 * Returns the destination with fresh tokens, if the answer rejects those of the call and others are
 * available.
 *
 * @throws what `outbound.renew` throws
 * @internal
 */
export async function renewed(
  { destination, user, tenant, renew }: Outbound,
  call: HttpCall,
  { status }: HttpAnswer
): Promise<HttpDestination | undefined> {
  if ((status !== 401 && status !== 407) || !renew || !isRepeatable(call)) return undefined
  // a 401 is not about the token for the proxy, a 407 not about that for the system behind it
  const byProxy = status === 407
  const other = byProxy ? 'authorization' : 'proxy-authorization'
  const own = CREDENTIALS.filter((name) => name !== other && call.headers[name])
  if (!own.length) return undefined
  const target = [destination.name ?? undefined, destination.url, tenant]
  const key = [...target, ...principalKey(user, call.headers)]
  const fresh = await renewals.get(key, async () => {
    const isRejected = (header: string) => own.some((name) => call.headers[name] === header)
    return { value: await renew({ isRejected, byProxy }), lifetime: COOL_DOWN }
  })
  const headers = await identityHeaders(fresh)
  const differ = CREDENTIALS.some((name) => headers[name] !== call.headers[name])
  return differ ? fresh : undefined
}

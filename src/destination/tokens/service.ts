import type { Service } from '@sap-cloud-sdk/connectivity'
import { LRUCache } from 'lru-cache'

import { cloudSdk } from '../../lib/lazy.js'
import { type Bypass, type Key, SingleFlight } from '../../lib/single-flight.js'
import { clientService } from './client-service.js'
import { endOf, lifetimeUntil } from './lifetime.js'

/** Two services for each tenant that is served at the same time. */
const MAX_TOKENS = 10_000

const tokens = new SingleFlight<string>(MAX_TOKENS)

/** Milliseconds: a service that refuses every token causes a new one once in that time. */
const COOL_DOWN = 30_000

/** What the last renewals have brought. */
const renewals = new LRUCache<string, string>({ max: MAX_TOKENS, ttl: COOL_DOWN })

/**
 * The application's own token for a bound service, in a tenant. Nobody's user token is needed for that: the tenant goes
 * along as `x-zid`.
 *
 * @param tenant - `undefined`: the provider's, where the application itself is deployed
 * @param bypass - not from the cache
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` for a binding that has no key
 * @see `@sap-cloud-sdk/connectivity`, `serviceToken`
 * @internal
 */
export async function serviceTokenOf(
  service: Service,
  tenant: string | undefined,
  bypass: Bypass<string> = false
): Promise<string> {
  const fetch = async () => {
    const complete = await clientService(service)
    const { serviceToken } = await cloudSdk()
    // its cache hands tokens out until their last second
    const options = { useCache: false, ...(tenant && { jwt: { zid: tenant } }) }
    const value = await serviceToken(complete, options)
    return { value, lifetime: lifetimeUntil(endOf(value)) }
  }
  return tokens.get(keyOf(service, tenant), fetch, bypass)
}

/**
 * Another token in place of one that the service does not take: it was revoked, or the key that has signed it was rotated.
 *
 * @returns nothing where a new one has just been refused as well
 * @internal
 */
export async function renewedServiceToken(
  service: Service,
  tenant: string | undefined,
  refused: string
): Promise<string | undefined> {
  const id = JSON.stringify(keyOf(service, tenant))
  if (renewals.get(id) === refused) return undefined
  const token = await serviceTokenOf(service, tenant, (kept) => kept === refused)
  renewals.set(id, token)
  return token === refused ? undefined : token
}

function keyOf({ label, credentials }: Service, tenant: string | undefined): Key {
  return [label, credentials.clientid, String(credentials['url']), tenant]
}

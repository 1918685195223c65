import type { Service } from '@sap-cloud-sdk/connectivity'

import { cloudSdk } from './cloud-sdk.js'
import { SingleFlight } from './single-flight.js'
import { endOf, lifetimeUntil } from './token-lifetime.js'

/** Two services for each tenant that is served at the same time. */
const MAX_TOKENS = 10_000

const tokens = new SingleFlight<string>(MAX_TOKENS)

/**
 * The application's own token for a bound service, in a tenant. Nobody's user token is needed for that: the tenant goes
 * along as `x-zid`.
 *
 * @param tenant - `undefined`: the provider's, where the application itself is deployed
 * @param fresh - not from the cache
 * @see `@sap-cloud-sdk/connectivity`, `serviceToken`
 * @internal
 */
export function serviceTokenOf(
  service: Service,
  tenant: string | undefined,
  fresh = false
): Promise<string> {
  const { clientid, url } = service.credentials
  const key = [service.label, clientid, url, tenant]
  const fetch = async () => {
    const { serviceToken } = await cloudSdk()
    // its cache hands tokens out until their last second
    const options = { useCache: false, ...(tenant && { jwt: { zid: tenant } }) }
    const value = await serviceToken(service, options)
    return { value, lifetime: lifetimeUntil(endOf(value)) }
  }
  return tokens.get(key, fetch, fresh)
}

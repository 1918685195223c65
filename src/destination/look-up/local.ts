import type {
  Destination,
  Service,
  ServiceBindingTransformFunction
} from '@sap-cloud-sdk/connectivity'

import { cloudSdk } from '../../lib/lazy.js'
import type { Principal } from '../../user/principal.js'
import { serviceBinding } from '../binding/binding.js'

/**
 * Finds a destination without the Destination service: in the environment variable, or if no
 * Destination service is bound, among registered destinations and service bindings.
 *
 * @param tenant - of the application's token for a service binding; `undefined`: the provider's
 * @see `@sap-cloud-sdk/connectivity`, `getDestination`
 * @internal
 */
export async function localDestination(
  destinationName: string,
  principal: Principal,
  tenant?: string
): Promise<Destination | null> {
  const { getDestination } = await cloudSdk()
  // a token of an external issuer is exchanged or stays here, and nothing is exchanged for these destinations
  const isKnown = principal.kind === 'named' && ['xsuaa', 'ias'].includes(principal.issuer)
  if (isKnown) return getDestination({ destinationName, jwt: principal.bearerToken })
  const ofTenant = tenant === undefined ? {} : { serviceBindingTransformFn: inTenant(tenant) }
  return getDestination({ destinationName, ...ofTenant })
}

/**
 * Returns the function that makes a destination of a service binding, with a token of the tenant. Without the token of a user,
 * the Cloud SDK itself requests the provider's.
 */
function inTenant(tenant: string): ServiceBindingTransformFunction {
  return async (service, options) => {
    const { transformServiceBindingToDestination } = await cloudSdk()
    const ofTenant = !(await isProvider(tenant, service)) && {
      jwt: { zid: tenant, app_tid: tenant }
    }
    return transformServiceBindingToDestination(service, { ...options, ...ofTenant })
  }
}

interface Tenanted {
  readonly tenantid?: string
  readonly app_tid?: string
}

/** True for the tenant in which a bound service or the application was created. */
async function isProvider(tenant: string, { credentials }: Service): Promise<boolean> {
  const own = await Promise.all([serviceBinding('xsuaa'), serviceBinding('identity')])
  const ofService = credentials as Tenanted & { readonly uaa?: Tenanted }
  const all = [ofService, ofService.uaa, ...own.map((each) => each?.credentials as Tenanted)]
  return all.some((each) => each?.tenantid === tenant || each?.app_tid === tenant)
}

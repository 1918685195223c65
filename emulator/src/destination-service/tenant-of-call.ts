import { tenantOfSubdomain } from '../landscape/landscape.js'
import { ExchangeFailed } from './tokens/exchange-user-token.js'
import type { Caller, DestinationTokens } from './tokens/types.js'
import type { DestinationConfiguration } from './stored.js'

/**
 * Returns the tenant of a technical token: the one whose destination it is, or where the token service is one for all
 * tenants (`tokenServiceURLType` `Common`), the one that `X-tenant` names.
 *
 * @throws ExchangeFailed
 */
export function tenantOf(
  { landscape }: DestinationTokens,
  { tokenServiceURLType }: DestinationConfiguration,
  { tenant, subdomain }: Caller
): string {
  if (subdomain === undefined || tokenServiceURLType !== 'Common') return tenant
  const named = tenantOfSubdomain(landscape, subdomain)
  if (named) return named
  throw new ExchangeFailed('invalid_request', 'unknown tenant in X-tenant')
}

/**
 * Returns the tenant whose users' tokens can be exchanged: a token service is for one tenant, or (`Common`) for that of each user.
 *
 * @see SAP BTP Connectivity, "OAuth User Token Exchange Authentication", `tokenServiceURLType`
 */
export function tenantOfUser(
  { tokenServiceURLType }: DestinationConfiguration,
  { tenant }: Caller
): string | undefined {
  return tokenServiceURLType === 'Common' ? undefined : tenant
}

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

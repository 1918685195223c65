import { hash } from 'node:crypto'

import type { Destination } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import { type Configured, retrieve, type RetrievalHeaders, serviceKey } from '../look-up/look-up.js'
import { authenticationTypeOf } from '../authentication-types.js'
import { noToken, retrievedToken } from './retrieved-token.js'
import { serviceTokenOf } from '../tokens/service.js'
import { fetchShared, type SharedResult } from '../../lib/sharing/shared-cache.js'
import { type Bypass, type Lasting, SingleFlight } from '../../lib/single-flight.js'
import { claimsOf, lifetimeOf } from '../tokens/lifetime.js'

/** Credentials that a look-up with retrieval adds to a configuration. */
export type Retrieved = Pick<Destination, 'authTokens' | 'certificates'>

/** Milliseconds for which a client certificate is cached. */
const CERTIFICATE_LIFETIME = 5 * 60_000

const MAX_TOKENS = 10_000

const retrieved = new SingleFlight<Retrieved>('technical-tokens', MAX_TOKENS)

/**
 * Retrieves the token or certificate of a technical destination. The Destination service gets it as
 * the application; no token of a user is sent.
 *
 * @param tenant - of the call; `undefined`: the provider's
 * @param refreshToken - for `OAuth2RefreshToken`
 * @param bypass - which cached results to ignore
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function technicalTokens(
  configured: Configured,
  tenant: string | undefined,
  refreshToken?: string,
  bypass: Bypass<string> = false
): Promise<Retrieved> {
  const { scope, fingerprint } = configured
  const whose = isForAllTenants(configured) ? tenant : scope.tenant
  const own = refreshToken && hash('sha256', refreshToken, 'base64url')
  const key = [...serviceKey(scope.service), scope.tenant, fingerprint, own, whose]
  const isRefused =
    typeof bypass === 'function' &&
    (({ authTokens }: Retrieved) => !!authTokens?.some((each) => bypass(each.http_header.value)))
  const all = isRefused || bypass === true
  const fetch = () => retrieveFor(configured, whose, refreshToken)
  // the private key of a certificate is not shared
  if (authenticationTypeOf(configured.destination)?.retrieved === 'certificate') {
    return retrieved.get(key, fetch, all)
  }
  const result: SharedResult<Retrieved> = {
    // a refresh token may be a user's, and so is what it is exchanged for
    kind: own ? 'user-tokens' : 'service-tokens',
    tenant: whose,
    key,
    bypass: all,
    toJson: (value) => (value.certificates?.length ? undefined : value)
  }
  return retrieved.get(key, () => fetchShared(result, fetch), all)
}

async function retrieveFor(
  configured: Configured,
  tenant: string | undefined,
  refreshToken: string | undefined
): Promise<Lasting<Retrieved>> {
  const { destination, scope } = configured
  const subdomain = isForAllTenants(configured) ? await subdomainOf(configured, tenant) : undefined
  const headers: RetrievalHeaders = {
    ...(subdomain && { 'X-tenant': subdomain }),
    ...(refreshToken && { 'X-refresh-token': refreshToken })
  }
  const found = await retrieve(scope, String(destination.name), headers)
  if (!found) throw noToken(destination, 'it is gone')
  const { certificates = [] } = found
  if (authenticationTypeOf(destination)?.retrieved === 'certificate') {
    checkKeyStore(destination, certificates)
    return { value: { certificates }, lifetime: CERTIFICATE_LIFETIME }
  }
  const token = retrievedToken(found)
  return { value: { certificates, authTokens: [token] }, lifetime: lifetimeOf(token) }
}

/**
 * Checks that the key store that a destination names was found: the Cloud SDK has no code for that.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 */
function checkKeyStore(
  { name, keyStoreName }: Destination,
  certificates: Destination['certificates']
): void {
  if (!keyStoreName || certificates?.some((each) => each.name === keyStoreName)) return
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" has KeyStoreLocation "${keyStoreName}", and there is no such key store`,
    {
      destination: name ?? undefined,
      fix: 'Nothing was sent. Upload the key store, or correct KeyStoreLocation.'
    }
  )
}

/** True if the destination's token service has tokens of all tenants (`tokenServiceURLType` `Common`). */
function isForAllTenants({ destination }: Configured): boolean {
  const { destinationConfiguration } = destination.originalProperties as {
    destinationConfiguration: Readonly<Record<string, unknown>>
  }
  return destinationConfiguration['tokenServiceURLType'] === 'Common'
}

/**
 * Returns the subdomain by which such a token service identifies the tenant.
 *
 * @throws {@link DestinationError} where it can't be told: the token would be another tenant's
 */
async function subdomainOf(
  { destination, scope }: Configured,
  tenant: string | undefined
): Promise<string | undefined> {
  const claims = claimsOf(await serviceTokenOf(scope.service, tenant))
  const { zdn } = (claims?.['ext_attr'] ?? {}) as { zdn?: unknown }
  if (typeof zdn === 'string' && zdn) return zdn
  if (tenant === scope.tenant) return undefined
  const reason = 'the subdomain of the tenant is not in the token for the Destination service'
  throw noToken(destination, reason)
}

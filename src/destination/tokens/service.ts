import type { Service } from '@sap-cloud-sdk/connectivity'

import { correlationHeaders } from '../../lib/inbound-credential.js'
import { xssec } from '../../lib/lazy.js'
import { boundedCache } from '../../lib/telemetry/bounded-cache.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { fetchShared } from '../../lib/sharing/shared-cache.js'
import { type Bypass, type Key, SingleFlight } from '../../lib/single-flight.js'
import type { NamedUser } from '../../user/principal.js'
import { clientService } from './client-service.js'
import { endOf, lifetimeUntil } from './lifetime.js'

/** Tokens that are cached: two services for each tenant that is active at the same time. */
const MAX_TOKENS = 10_000

const tokens = new SingleFlight<string>('service-tokens', MAX_TOKENS)

/** Milliseconds between renewals, for a service that rejects every token. */
const COOL_DOWN = 30_000

/** Tokens that the last renewals have returned. */
const renewals = boundedCache<string, string>('renewals', { max: MAX_TOKENS, ttl: COOL_DOWN })

/** There is no token of the application for a bound service. */
export class ServiceTokenError extends Error {
  /** Label of the service. */
  readonly label: string

  constructor(label: string, cause: unknown) {
    super(`no token for service "${label}"`, { cause })
    this.label = label
  }
}

/**
 * Returns the application's own token for a bound service in a tenant. It needs no token of a user:
 * the tenant is sent as `x-zid`.
 *
 * @param tenant - `undefined`: the provider's, where the application itself is deployed
 * @param bypass - true to ignore cached results
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` for a binding that has no key
 * @throws {@link ServiceTokenError} for a token service that gives none
 * @internal
 */
export async function serviceTokenOf(
  service: Service,
  tenant: string | undefined,
  bypass: Bypass<string> = false
): Promise<string> {
  const fetch = async () => {
    const complete = await clientService(service)
    const value = await fetchToken(complete, tenant).catch((error: unknown) => {
      throw new ServiceTokenError(service.label, error)
    })
    return { value, lifetime: lifetimeUntil(endOf(value)) }
  }
  const key = keyOf(service, tenant)
  const result = { kind: 'service-tokens', tenant, key, bypass } as const
  return tokens.get(key, () => fetchShared(result, fetch), bypass)
}

/**
 * Fetches a token by `@sap/xssec`, as the Cloud SDK does. Its own functions take no correlation id. After some failures, also
 * after refusals of one user, they say for half a minute that a circuit breaker is open, in place of the cause.
 */
async function fetchToken({ credentials }: Service, tenant: string | undefined): Promise<string> {
  const { XsuaaService } = xssec()
  const service = new XsuaaService(credentials)
  const { access_token: token } = await atPlatform(tenant, () =>
    service.fetchClientCredentialsToken(optionsFor(tenant))
  )
  return token
}

/**
 * Fetches the token that the token service of a bound service issues in exchange for a user's.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` for a binding that has no key
 * @internal
 */
export async function exchangeAt(
  service: Service,
  { bearerToken, tenant }: NamedUser
): Promise<string> {
  const { credentials } = await clientService(service)
  const { XsuaaService } = xssec()
  const client = new XsuaaService(credentials)
  const { access_token: token } = await atPlatform(tenant, () =>
    client.fetchJwtBearerToken(bearerToken, optionsFor(tenant))
  )
  return token
}

function optionsFor(tenant: string | undefined) {
  const { 'x-correlationid': correlationId } = correlationHeaders()
  return { ...(tenant && { zid: tenant }), ...(correlationId && { correlationId }) }
}

/**
 * Fetches a new token in place of one that the service rejects because it was revoked, or because
 * its signing key was rotated.
 *
 * @returns `undefined` if a new token has just been rejected as well
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

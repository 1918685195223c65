import type { HttpDestination, Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError, PrincipalError, PropagationError } from '../../errors.js'
import { timeExchange } from '../../lib/telemetry/metrics.js'
import type { NamedUser, Principal } from '../../user/principal.js'
import { keyOfToken } from '../../user/user-key.js'
import { checkUsable } from './check.js'
import { answerOf, cleanCause } from '../../lib/redact.js'
import { exchangeUserToken, hasExchange } from '../exchange/external-user.js'
import { newTokenCache } from '../tokens/token-cache.js'
import { withExchange } from '../exchange/user.js'
import { bearerBypass } from '../tokens/rejected.js'
import { differenceAcross, differenceWithin } from '../tokens/same-user.js'
import { exchangeAt, serviceTokenOf, ServiceTokenError } from '../tokens/service.js'
import { fetchShared } from '../../lib/sharing/shared-cache.js'
import type { Bypass, Lasting } from '../../lib/single-flight.js'
import { claimsOf, endOf, isXsuaa, lifetimeUntil } from '../tokens/lifetime.js'

/** Credentials of a bound service that has an OAuth client in `uaa` and is called at `url`. */
export interface BoundCredentials {
  /** Name of the required service: the destination of a binding has none. */
  readonly name: string
  readonly url?: string | null
  readonly uaa: Service['credentials']
  readonly headers?: Record<string, unknown>
  readonly queryParameters?: Record<string, unknown>
  /** True if plain http at `url` stays within the cluster. */
  readonly plainHttpWithinCluster?: unknown
}

const exchanged = newTokenCache()

/**
 * Creates the destination of a bound service. A named user is sent with the token that the
 * service's XSUAA issues in exchange for the user's; any other principal with a token of the
 * service's client in that tenant. CAP Java does the same.
 *
 * @param tenant - of the technical user; `undefined`: the provider's
 * @param bypass - which cached tokens to ignore
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` when there is no token, or it is another user's
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED` for tokens that an XSUAA doesn't take
 * @see https://cap.cloud.sap/docs/java/cqn-services/remote-services#binding-to-a-reuse-service
 * @internal
 */
export async function boundDestination(
  credentials: BoundCredentials,
  principal: Principal,
  tenant: string | undefined,
  bypass: Bypass<string> = false
): Promise<HttpDestination> {
  const { name, uaa, queryParameters } = credentials
  const user = principal.kind === 'named' ? principal : undefined
  const target = targetOf(credentials, user)
  const service: Service = { name, label: 'uaa', tags: [], credentials: uaa }
  const token = await tokenOf(service, user, tenant, bypass).catch((error: unknown) => {
    throw failure(name, error)
  })
  const expiresIn = Math.floor((endOf(token) ?? 0) - Date.now() / 1000)
  const authToken = {
    type: 'bearer',
    value: token,
    expiresIn: String(expiresIn),
    error: null,
    http_header: { key: 'Authorization', value: `Bearer ${token}` }
  }
  const complete = { ...target, ...(queryParameters && { queryParameters }) }
  return { ...complete, authTokens: [authToken] }
}

/**
 * Checks all that {@link boundDestination} refuses without asking for a token.
 *
 * @param user - who is sent; `undefined` for the application
 * @returns true if the token of the user is of another issuer than XSUAA, and would be exchanged
 * @throws as {@link boundDestination}
 * @internal
 */
export function checkBound(credentials: BoundCredentials, user: NamedUser | undefined): boolean {
  targetOf(credentials, user)
  if (!user || user.issuer === 'xsuaa') return false
  if (isTaken(user) || hasExchange(user)) return true
  throw notTaken(credentials.name, user)
}

/** @throws {@link DestinationError} if it can't be called */
function targetOf(
  { name, url, headers, plainHttpWithinCluster }: BoundCredentials,
  user: NamedUser | undefined
) {
  const authentication = user ? 'OAuth2JWTBearer' : 'OAuth2ClientCredentials'
  const target = {
    name,
    url: String(url),
    authentication,
    ...(headers && { headers }),
    ...(plainHttpWithinCluster === true && { plainHttpWithinCluster })
  } as const
  checkUsable(target, Boolean(user))
  return target
}

/** True if an XSUAA takes the user's token in exchange for its own. */
function isTaken({ issuer }: NamedUser): boolean {
  return issuer === 'xsuaa' || issuer === 'ias'
}

async function tokenOf(
  service: Service,
  user: NamedUser | undefined,
  tenant: string | undefined,
  bypass: Bypass<string>
): Promise<string> {
  if (user) return userToken(service, user, bypass)
  const { tenantid } = service.credentials as { tenantid?: string }
  return serviceTokenOf(service, tenant === tenantid ? undefined : tenant, bearerBypass(bypass))
}

async function userToken(
  service: Service,
  user: NamedUser,
  bypass: Bypass<string>
): Promise<string> {
  if (!isTaken(user)) {
    const known = await exchangeUserToken(user, bearerBypass(bypass))
    if (known) return userToken(service, known, bypass)
    throw notTaken(service.name, user)
  }
  const { clientid } = service.credentials
  const url = String(service.credentials['url'])
  const key = [clientid, url, ...keyOfToken(user)]
  const whole = bearerBypass(bypass)
  const result = {
    kind: 'user-tokens',
    tenant: user.tenant,
    key: ['bound', ...key],
    bypass: whole
  } as const
  const fetch = () => timeExchange('xsuaa', () => exchange(service, user))
  return exchanged.get(key, () => fetchShared(result, fetch), whole)
}

function notTaken(name: string, user: NamedUser): PropagationError {
  return new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `the binding of "${name}" needs a token of XSUAA or Identity Authentication, and the user's is of issuer "${user.issuer}"`,
    {
      service: name,
      principal: 'named',
      sent: `a token of "${user.issuer}"`,
      expected: 'one of "xsuaa" or "ias"',
      fix: `Nothing was sent. ${withExchange(user)}`
    }
  )
}

async function exchange(service: Service, user: NamedUser): Promise<Lasting<string>> {
  const value = await exchangeAt(service, user)
  checkSameUser(service.name, user, value)
  return { value, lifetime: lifetimeUntil(endOf(value), user.expiresAt) }
}

/** The issued token must name the same user and tenant. */
function checkSameUser(name: string, { bearerToken }: NamedUser, value: string): void {
  const own = claimsOf(bearerToken) ?? {}
  const theirs = claimsOf(value) ?? {}
  const difference =
    isXsuaa(own) && isXsuaa(theirs) ? differenceWithin(own, theirs) : differenceAcross(own, theirs)
  if (!difference) return
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `the token for the service bound as "${name}" is for ${difference}, and was thrown away`,
    {
      hop: 'token exchange',
      service: name,
      principal: 'named',
      fix: 'Nothing was sent. Check that the "uaa" of the binding is of the same subaccount, and its trust configuration.'
    }
  )
}

function failure(name: string, error: unknown): PrincipalError {
  if (error instanceof PrincipalError) return error
  const cause = cleanCause(error instanceof ServiceTokenError ? error.cause : error)
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `there is no token for the service bound as "${name}" (${answerOf(cause)})`,
    {
      cause,
      hop: `token service of "${name}"`,
      service: name,
      fix:
        'Nothing was sent. Check the "uaa" of the binding, and that the user has the scope "uaa.user"; the cause says ' +
        'which call failed.'
    }
  )
}

import type { Destination, HttpDestination } from '@sap-cloud-sdk/connectivity'

import { DestinationError, PropagationError } from '../../errors.js'
import type { Bypass } from '../../lib/single-flight.js'
import { describe, type NamedUser, type Principal } from '../../user/principal.js'
import { ago } from '../tokens/lifetime.js'
import { authenticationTypeOf } from '../authentication-types.js'
import { assertForUser, checkPassword, checkUsable, checkUserToken } from './check.js'
import { destinationFailure } from './failure.js'
import type { FoundDestination } from '../look-up/find.js'
import { isExchanged, withPlatformToken } from '../exchange/user.js'
import { type Configured, ownerTenant } from '../look-up/look-up.js'
import { cachedDestination } from './cached-destination.js'
import { bearerBypass } from '../tokens/rejected.js'
import { checkProxy, proxyFor } from '../look-up/proxy.js'
import { actorService, checkRetrieval, forwardsCorporateToken } from '../retrieval/retrieval.js'
import { proxyTokenBypass, type ResolveOptions, tokenBypass } from './bypass.js'
import { type Retrieved, technicalTokens } from '../retrieval/technical.js'
import { userToken } from '../retrieval/user.js'

/** Header that names a technical user to the Cloud Connector; the Cloud SDK has no type for it. */
const TECHNICAL_USER = 'SAP-Connectivity-Technical-Authentication'

/**
 * Completes a destination that was looked up, with the tokens of exactly this principal: the second
 * half of resolving it.
 *
 * @param bypass - which cached tokens of the user to ignore; with `useCache: false`, all caches are ignored
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES` when the destination needs a user,
 *   before any token is fetched for it
 * @internal
 */
export async function completeDestination(
  found: FoundDestination,
  principal: Principal,
  options: ResolveOptions = {},
  bypass: Bypass<string> = tokenBypass(options)
): Promise<HttpDestination> {
  const { destination, userBound, configured } = found
  const user = userBound ? requireUser(destination, principal) : undefined
  checkFound(found, options)
  if (!configured) return destination as HttpDestination
  try {
    return user
      ? await asUser(configured, user, options, bypass)
      : await asApplication(found, configured, options)
  } catch (error) {
    throw destinationFailure(String(destination.name), error)
  }
}

/**
 * Checks all that {@link completeDestination} refuses without asking for a token.
 *
 * @param user - who is sent; `undefined` for the application
 * @returns true if the user's token would be exchanged for one of XSUAA before the destination gets it
 * @throws as {@link completeDestination}
 * @internal
 */
export async function checkBeforeTokens(
  found: FoundDestination,
  user: NamedUser | undefined,
  options: ResolveOptions = {}
): Promise<boolean> {
  checkFound(found, options)
  const { destination, configured } = found
  if (!configured) return false
  let exchanged = false
  if (user && !destination.forwardAuthToken) {
    exchanged = isExchanged(destination, user, options)
    if (!exchanged) checkUserToken(destination, user, options)
    if (options.actorToken) await actorService(destination, options.actorToken)
  }
  await checkProxy(destination)
  return exchanged
}

/**
 * Checks the destination itself.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 */
function checkFound(
  { destination, userBound, configured }: FoundDestination,
  options: ResolveOptions = {}
): void {
  checkRetrieval(destination, options)
  if (configured) {
    checkUsable(destination, userBound)
    checkPassword(destination)
  } else if (userBound) assertForUser(destination)
  if (destination.url) return
  const name = destination.name ?? undefined
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" has no URL`,
    { destination: name, fix: 'Nothing was sent. Set the property URL of the destination.' }
  )
}

function requireUser({ name }: Destination, principal: Principal): NamedUser {
  if (principal.kind !== 'named') {
    throw new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `destination "${String(name)}" propagates the user, and the current identity is no named user, but ${describe(principal)}`,
      {
        destination: name ?? undefined,
        principal: principal.kind,
        fix: 'Nothing was sent. Call it as the user of the request, or name a destination with a technical identity.'
      }
    )
  }
  if (principal.expiresAt * 1000 > Date.now()) return principal
  throw new PropagationError(
    'ERR_TOKEN_EXPIRES',
    `destination "${String(name)}" propagates the user, whose token has expired since the request came`,
    {
      destination: name ?? undefined,
      principal: 'named',
      sent: `a token that ended ${ago(principal.expiresAt)}`,
      fix: 'Nothing was sent. Let the client repeat the request with a new token.'
    }
  )
}

/**
 * Completes the destination for a user. The Cloud Connector is that of the user's tenant, even if
 * the destination is the provider's: no other knows the user.
 */
async function asUser(
  configured: Configured,
  user: NamedUser,
  options: ResolveOptions,
  bypass: Bypass<string>
): Promise<HttpDestination> {
  const { destination, scope } = configured
  const tenant = user.tenant === scope.service.credentials['tenantid'] ? undefined : user.tenant
  const proxied = (parts: Parts) => withProxy(destination, tenant, options, parts)
  if (destination.forwardAuthToken) return proxied({})
  const sent = await withPlatformToken(configured, user, options, bearerBypass(bypass))
  checkUserToken(destination, sent, options)
  const { bearerToken: owner } = sent
  const forwardsCorporate = forwardsCorporateToken(destination, sent)
  if (destination.authentication === 'PrincipalPropagation' && !forwardsCorporate) {
    return proxied({ owner, propagated: owner })
  }
  const token = await userToken(configured, sent, options, bypass)
  if (forwardsCorporate) return proxied({ owner, retrieved: token, propagated: token.value })
  // the SAP Cloud SDK refuses a type that it does not know
  const { sentAs } = authenticationTypeOf(destination) ?? {}
  const make = () => ({
    ...destination,
    ...(sentAs && { authentication: sentAs }),
    authTokens: [token]
  })
  return proxied({ owner, retrieved: token, make })
}

/**
 * Completes the destination for the application. The Cloud Connector is that of the tenant that has
 * the destination, as its credentials are for no other system.
 */
async function asApplication(
  { tenant }: FoundDestination,
  configured: Configured,
  options: ResolveOptions
): Promise<HttpDestination> {
  const { destination, scope } = configured
  const proxied = (parts?: Parts) => withProxy(destination, ownerTenant(scope), options, parts)
  if (authenticationTypeOf(destination)?.retrieved === 'nothing') return proxied()
  const { refreshToken } = options
  const retrieved = await technicalTokens(configured, tenant, refreshToken, tokenBypass(options))
  const make = () => withRetrieved(destination, retrieved)
  return proxied({ owner: `tenant ${String(tenant)}`, retrieved, make })
}

function withRetrieved(destination: Destination, retrieved: Retrieved): Destination {
  const [token] = retrieved.authTokens ?? []
  if (token?.http_header.key !== TECHNICAL_USER) return { ...destination, ...retrieved }
  return {
    ...destination,
    authentication: 'NoAuthentication',
    headers: { ...destination.headers, [TECHNICAL_USER]: token.http_header.value },
    // the Cloud Connector keeps the first technical user of a connection, and connections don't tell them apart
    agentOptions: { keepAlive: false }
  }
}

/** Parts that complete a destination, besides the proxy. */
interface Parts {
  /** Token of the user; empty for the application. */
  readonly owner?: string
  /** Token of the user that the proxy gets as it is. */
  readonly propagated?: string
  /** Credentials that the Destination service has retrieved. */
  readonly retrieved?: object | undefined
  /** Creates the destination with these credentials. */
  readonly make?: () => Destination
}

async function withProxy(
  configured: Destination,
  tenant: string | undefined,
  options: ResolveOptions,
  { owner = '', propagated, retrieved, make = () => configured }: Parts = {}
): Promise<HttpDestination> {
  const proxy = await proxyFor(configured, tenant, proxyTokenBypass(options))
  return cachedDestination(configured, owner, [retrieved, ...(proxy?.parts ?? [])], () => {
    const proxyConfiguration = proxy?.configuration(propagated)
    return { ...make(), ...(proxyConfiguration && { proxyConfiguration }) }
  })
}

import type { Destination, HttpDestination } from '@sap-cloud-sdk/connectivity'

import { DestinationError, PropagationError } from '../errors.js'
import { describe, type NamedUser, type Principal } from '../user/principal.js'
import { checkUsable, checkUserToken } from './check-usable.js'
import { destinationFailure } from './destination-failure.js'
import type { DestinationOptions, FoundDestination } from './find-destination.js'
import type { Configured } from './look-up.js'
import { proxyConfiguration } from './proxy-configuration.js'
import { technicalTokens } from './technical-tokens.js'
import { userToken } from './user-tokens.js'
import { xsuaaUser } from './xsuaa-user.js'

/** Authentication types for which the Destination service retrieves nothing. */
const WITHOUT_RETRIEVAL = new Set(['NoAuthentication', 'BasicAuthentication'])

/** Header by which the Cloud Connector gets to know a technical user; the Cloud SDK has no type for it. */
const TECHNICAL_USER = 'SAP-Connectivity-Technical-Authentication'

/**
 * The second half of resolving a destination: with the tokens of exactly this principal.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_USER_TOKEN_EXPIRED` when the destination needs a user,
 *   before any token is fetched for it
 * @internal
 */
export async function completeDestination(
  found: FoundDestination,
  principal: Principal,
  options: DestinationOptions = {}
): Promise<HttpDestination> {
  const { destination, userBound, configured } = found
  const user = userBound ? requireUser(destination, principal) : undefined
  if (configured) checkUsable(destination, userBound)
  if (!destination.url) {
    const text = `destination "${String(destination.name)}" has no URL`
    throw new DestinationError('ERR_DESTINATION_UNAVAILABLE', text)
  }
  if (!configured) return destination as HttpDestination
  const completed = user
    ? asUser(configured, user, options)
    : asApplication(configured, options).then((each) =>
        withProxy(each, configured.place.tenant, options)
      )
  return completed.catch((error: unknown) => {
    throw destinationFailure(String(destination.name), error)
  })
}

function requireUser({ name }: Destination, principal: Principal): NamedUser {
  if (principal.kind !== 'named') {
    throw new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `destination "${String(name)}" propagates the user, and the current identity is no named user, but ` +
        `${describe(principal)}. Nothing was sent.`
    )
  }
  if (principal.expiresAt * 1000 > Date.now()) return principal
  throw new PropagationError(
    'ERR_USER_TOKEN_EXPIRED',
    `destination "${String(name)}" propagates the user, whose token has expired since the request came. Nothing was ` +
      'sent. Let the client repeat the request with a new token.'
  )
}

/** The user's own Cloud Connector, also where the destination is the provider's: no other knows the user. */
async function asUser(
  configured: Configured,
  user: NamedUser,
  options: DestinationOptions
): Promise<HttpDestination> {
  const { destination, place } = configured
  const tenant = user.tenant === place.service.credentials['tenantid'] ? undefined : user.tenant
  if (destination.forwardAuthToken) return withProxy(destination, tenant, options)
  const { iasToXsuaaTokenExchange, useCache } = options
  const fresh = useCache === false
  const sent = iasToXsuaaTokenExchange ? await xsuaaUser(place.service, user, fresh) : user
  checkUserToken(destination, sent)
  if (destination.authentication === 'PrincipalPropagation') {
    return withProxy(destination, tenant, options, sent.bearerToken)
  }
  const token = await userToken(configured, sent, fresh)
  return withProxy({ ...destination, authTokens: [token] }, tenant, options)
}

async function asApplication(
  configured: Configured,
  { refreshToken, useCache }: DestinationOptions
): Promise<Destination> {
  const { destination } = configured
  const { authentication = '' } = destination
  if (WITHOUT_RETRIEVAL.has(authentication)) return destination
  const retrieved = await technicalTokens(configured, refreshToken, useCache === false)
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

async function withProxy(
  destination: Destination,
  tenant: string | undefined,
  { useCache }: DestinationOptions,
  bearerToken?: string
): Promise<HttpDestination> {
  const fresh = useCache === false
  const proxy = await proxyConfiguration(destination, tenant, bearerToken, fresh)
  const complete = proxy ? { ...destination, proxyConfiguration: proxy } : destination
  return complete as HttpDestination
}

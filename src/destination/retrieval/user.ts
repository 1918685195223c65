import type { Destination, DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import type { DestinationError } from '../../errors.js'
import type { FetchError } from '../../lib/fetch-json.js'
import { fetchShared, type SharedResult } from '../../lib/sharing/shared-cache.js'
import { type Bypass, type Lasting, SingleFlight } from '../../lib/single-flight.js'
import { timeExchange } from '../../lib/telemetry/metrics.js'
import type { NamedUser } from '../../user/principal.js'
import { keyOfToken } from '../../user/user-key.js'
import { authenticationTypeOf } from '../authentication-types.js'
import { assertionDifference } from '../exchange/saml/returned.js'
import { type Configured, retrieve, serviceKey } from '../look-up/look-up.js'
import { claimsOf, endOf, isXsuaa, lifetimeOf } from '../tokens/lifetime.js'
import { type RetrievalOptions, retrievalHeaders, retrievalKey } from './retrieval.js'
import { noToken, retrievedToken } from './retrieved-token.js'
import { differenceAcross, differenceWithin } from '../tokens/same-user.js'

/** Bytes of all tokens: about 3000 users who are active at the same time, with tokens of 2.5 kB. */
const MAX_BYTES = 16 * 1024 * 1024

/**
 * Creates a cache with one token for each token of a user and each configuration. The next token of
 * the same user, which may have other roles, has its own.
 *
 * @internal
 */
export const newExchangedTokenCache = () =>
  new SingleFlight<DestinationAuthToken>(
    'user-tokens',
    MAX_BYTES,
    ({ value }) => 2 * value.length // and once more, as a header
  )

const exchanged = newExchangedTokenCache()

/** End of exchanged tokens, in seconds since the epoch: an opaque token does not say it. */
const ends = new WeakMap<DestinationAuthToken, number>()

/**
 * Returns the end of an exchanged token in seconds since the epoch; `undefined` if neither the
 * token nor its issuer says it.
 *
 * @internal
 */
export function endOfExchanged(token: DestinationAuthToken): number | undefined {
  return endOf(token.value) ?? ends.get(token)
}

/**
 * Returns the user's token for a destination, which the Destination service gets in exchange for
 * the user's own. It is cached for exactly this own token, and for less time than either of the two
 * is valid; a failure is not cached. A SAML assertion is for one call only, as systems refuse one
 * that they have seen before.
 *
 * @param bypass - which cached results to ignore
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` when there is none, or it is another user's
 * @internal
 */
export async function userToken(
  configured: Configured,
  user: NamedUser,
  options: RetrievalOptions = {},
  bypass: Bypass<string> = false
): Promise<DestinationAuthToken> {
  const { scope, fingerprint, destination } = configured
  if (authenticationTypeOf(destination)?.retrieved === 'assertion') {
    return (await exchange(configured, user, options)).value
  }
  const own = [fingerprint, ...(await retrievalKey(options)), ...keyOfToken(user)]
  const key = [...serviceKey(scope.service), scope.tenant, ...own]
  const isRefused =
    typeof bypass === 'function' &&
    (({ http_header }: DestinationAuthToken) => bypass(http_header.value))
  const all = isRefused || bypass === true
  const result: SharedResult<DestinationAuthToken> = {
    kind: 'user-tokens',
    tenant: scope.tenant,
    key,
    bypass: all,
    toJson: (token) => ({ token, end: ends.get(token) }),
    fromJson: withEnd
  }
  const fetch = () => exchange(configured, user, options)
  return exchanged.get(key, () => fetchShared(result, fetch), all)
}

/** Returns a token that another instance has got, with its end. */
function withEnd(json: unknown): DestinationAuthToken {
  const { token, end } = json as { token: DestinationAuthToken; end?: number }
  if (end !== undefined) ends.set(token, end)
  return token
}

async function exchange(
  configured: Configured,
  user: NamedUser,
  options: RetrievalOptions
): Promise<Lasting<DestinationAuthToken>> {
  const { destination, scope } = configured
  const headers = await retrievalHeaders(configured, user, options)
  const get = () => retrieve(scope, String(destination.name), headers)
  const found = await timeExchange('destination-service', get).catch((error: unknown) => {
    throw chainFailure(destination, options, error) ?? error
  })
  if (!found) throw chainFailure(destination, options) ?? noToken(destination, 'it is gone')
  const token = retrievedToken(found, user)
  const within = !options.chain && authenticationTypeOf(destination)?.keepsTrustDomain === true
  await checkSameUser(found, user, token.value, within)
  const seconds = Number(token.expiresIn)
  if (seconds > 0) ends.set(token, Date.now() / 1000 + seconds)
  return { value: token, lifetime: lifetimeOf(token, user.expiresAt) }
}

/**
 * Creates the error for a chain that fails; `undefined` for another failure. The destination at its
 * end exists.
 */
function chainFailure(
  destination: Destination,
  { chain }: RetrievalOptions,
  error?: unknown
): DestinationError | undefined {
  if (!chain) return undefined
  const { status = 0 } = error === undefined ? { status: 404 } : (error as Partial<FetchError>)
  if (status < 400 || status > 499) return undefined
  const reason = status === 404 ? 'a destination or fragment is not there' : `status ${status}`
  return noToken(
    destination,
    `the Destination service can't go through chain "${chain.name}" with the variables of ` +
      `"destinationOptions": ${reason}`
  )
}

/**
 * The issued token must name the user whose token was sent. A token that is no JWT cannot be
 * checked.
 */
async function checkSameUser(
  destination: Destination,
  user: NamedUser,
  value: string,
  within: boolean
): Promise<void> {
  const configuration = configurationOf(destination)
  const difference =
    authenticationTypeOf(destination)?.retrieved === 'assertion'
      ? await assertionDifference(value, user, configuration, userIdSource(configuration))
      : tokenDifference(destination, user, value, within)
  if (!difference) return
  const reason = `the token that came back is for ${difference}, and was thrown away`
  throw noToken(destination, reason)
}

function tokenDifference(
  destination: Destination,
  user: NamedUser,
  value: string,
  within: boolean
): string | undefined {
  const theirs = claimsOf(value)
  if (!theirs) return undefined
  const own = claimsOf(user.bearerToken) ?? {}
  return user.issuer === 'xsuaa' && isXsuaa(theirs) && within
    ? differenceWithin(own, theirs)
    : differenceAcross(own, theirs, userIdSource(configurationOf(destination)))
}

function configurationOf({ originalProperties }: Destination) {
  const { destinationConfiguration } = originalProperties as {
    destinationConfiguration: Readonly<Record<string, unknown>>
  }
  return destinationConfiguration
}

/**
 * Returns the name of the claim or attribute at the end of a path, such as
 * `$['xs.user.attributes'].employee[0]`.
 */
function userIdSource({ userIdSource: source }: Readonly<Record<string, unknown>>) {
  if (typeof source !== 'string' || !source.startsWith('$')) {
    return typeof source === 'string' ? source : undefined
  }
  return /(?:\['([^']+)'\]|\["([^"]+)"\]|\.([\w-]+))(?:\[\d+\])?$/
    .exec(source)
    ?.slice(1)
    .find(Boolean)
}

import type { Destination, DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import type { FetchError } from '../../lib/fetch-json.js'
import { redact } from '../../lib/redact.js'
import { type Bypass, type Lasting, SingleFlight } from '../../lib/single-flight.js'
import { timeExchange } from '../../lib/telemetry/metrics.js'
import type { NamedUser } from '../../user/principal.js'
import { keyOfToken } from '../../user/user-key.js'
import { authenticationTypeOf } from '../authentication-types.js'
import { assertionDifference } from '../exchange/saml/returned.js'
import { type Configured, retrieve, serviceKey } from '../look-up/look-up.js'
import { claimsOf, endOf, isXsuaa, lifetimeOf } from '../tokens/lifetime.js'
import { type RetrievalOptions, retrievalHeaders, retrievalKey } from './retrieval.js'
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
    MAX_BYTES,
    ({ value }) => 2 * value.length, // and once more, as a header
    'user-tokens'
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
  const own = [fingerprint, ...retrievalKey(options), ...keyOfToken(user)]
  const key = [...serviceKey(scope.service), scope.tenant, ...own]
  const isRefused =
    typeof bypass === 'function' &&
    (({ http_header }: DestinationAuthToken) => bypass(http_header.value))
  return exchanged.get(key, () => exchange(configured, user, options), isRefused || bypass === true)
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

/** Length up to which a message repeats the reason of the Destination service. */
const MAX_REASON = 500

/** Next steps by the reason of the Destination service. */
const NEXT_STEPS: readonly (readonly [pattern: RegExp, nextStep: string])[] = [
  [
    /insufficient.?scope|uaa\.user/i,
    'The token of the user lacks the scope "uaa.user": add a role template "Token_Exchange" with "scope-references": ' +
      '["uaa.user"] to xs-security.json, and give the user a role collection with it.'
  ],
  [/expired/i, 'Let the client repeat the request with a new token.'],
  [
    /unknown signing key|map issuer|identity provider/i,
    'An exchange works within one subaccount only, and with tokens of its own issuer; to another subaccount, use ' +
      'OAuth2SAMLBearerAssertion.'
  ],
  [
    /bad credentials|unauthorized|invalid_client/i,
    'Check "clientId", "clientSecret" and "tokenServiceURL" of the destination.'
  ]
]

/**
 * Returns the token that the Destination service has retrieved. If the retrieval failed, its answer
 * has status 200 all the same, with the error inside.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`, with the reason in the Destination service's own words
 * @internal
 */
export function retrievedToken(destination: Destination, user?: NamedUser): DestinationAuthToken {
  const [token] = destination.authTokens ?? []
  if (!token || token.error) throw noToken(destination, reasonOf(token, user))
  if (!isHeader(token)) throw noToken(destination, 'an entry without a usable header')
  return token
}

/** @param reason - in words that may stand in a log @internal */
export function noToken({ name, authentication }: Destination, reason: string): DestinationError {
  const [, nextStep] = NEXT_STEPS.find(([pattern]) => pattern.test(reason)) ?? []
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `there is no token for destination "${String(name)}" (${String(authentication)}): ${reason}`,
    {
      hop: 'token retrieval of the destination',
      destination: name ?? undefined,
      fix: `Nothing was sent. ${nextStep ?? 'Check the properties of the destination.'}`
    }
  )
}

function reasonOf(token: DestinationAuthToken | undefined, user?: NamedUser): string {
  if (!token?.error) return 'the Destination service has sent none'
  const words = redact(withoutUser(token.error, user)).replace(/[^\x20-\x7e]+/g, ' ')
  return `the Destination service says "${words.slice(0, MAX_REASON)}"`
}

/** Removes the name of the user and addresses, which a token service may repeat. */
function withoutUser(text: string, user?: NamedUser): string {
  const others = text.replace(/[^\s"'<>@(),;]+@[^\s"'<>@(),;]+/g, '<address>')
  return user ? others.replaceAll(user.userId, '<user>') : others
}

/**
 * True if a header has a valid name and a value of one line, so that it cannot become another
 * header.
 */
function isHeader({ http_header }: Partial<DestinationAuthToken>): boolean {
  const { key, value } = http_header ?? {}
  return isToken(key) && typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)
}

function isToken(key: unknown): boolean {
  return typeof key === 'string' && /^[\w-]+$/.test(key)
}

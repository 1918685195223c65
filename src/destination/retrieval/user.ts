import type { Destination, DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import type { FetchError } from '../../lib/fetch-json.js'
import { redact } from '../../lib/redact.js'
import { type Bypass, type Lasting, SingleFlight } from '../../lib/single-flight.js'
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

/** Each of one user's token and one configuration: the next token of the same user, with other roles, has its own. @internal */
export const newExchangedTokenCache = () =>
  new SingleFlight<DestinationAuthToken>(
    MAX_BYTES,
    ({ value }) => 2 * value.length // and once more, as a header
  )

const exchanged = newExchangedTokenCache()

/** Seconds since the epoch at which tokens end that were fetched here: an opaque one can't be asked later. */
const ends = new WeakMap<DestinationAuthToken, number>()

/** Seconds since the epoch, or nothing where neither the token nor its issuer says when it ends. @internal */
export function endOfExchanged(token: DestinationAuthToken): number | undefined {
  return endOf(token.value) ?? ends.get(token)
}

/**
 * The user's token for a destination, which the Destination service gets in exchange for the user's own. It is kept for
 * exactly this own token, and for less time than either of the two lives; a failure is not kept at all. A SAML assertion is
 * for one call: systems refuse one that they have seen before.
 *
 * @param bypass - not from the cache, or not a refused one
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
  const found = await retrieve(scope, String(destination.name), headers).catch((error: unknown) => {
    throw chainFailure(destination, options, error) ?? error
  })
  if (!found) throw chainFailure(destination, options) ?? noToken(destination, 'it is gone')
  const token = retrievedToken(found)
  const within = !options.chain && authenticationTypeOf(destination)?.keepsTrustDomain === true
  await checkSameUser(found, user, token.value, within)
  const seconds = Number(token.expiresIn)
  if (seconds > 0) ends.set(token, Date.now() / 1000 + seconds)
  return { value: token, lifetime: lifetimeOf(token, user.expiresAt) }
}

/** A chain that can't be gone through is refused as a whole: the destination itself was found before. */
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

/** R64: what comes back is for the user whose token was sent. What is no JWT can't be looked into. */
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

/** The name at the end of a path, as `$['xs.user.attributes'].employee[0]` has it: whose claim or attribute it is. */
function userIdSource({ userIdSource: source }: Readonly<Record<string, unknown>>) {
  if (typeof source !== 'string' || !source.startsWith('$')) {
    return typeof source === 'string' ? source : undefined
  }
  return /(?:\['([^']+)'\]|\["([^"]+)"\]|\.([\w-]+))(?:\[\d+\])?$/
    .exec(source)
    ?.slice(1)
    .find(Boolean)
}

/** Longest part of the Destination service's own words that a message repeats. */
const MAX_REASON = 500

/** What to do, by what the Destination service says. */
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
 * The token that the Destination service has got for a destination. With a failure inside, its answer is 200 all the same.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`, with the reason in the Destination service's own words
 * @internal
 */
export function retrievedToken(destination: Destination): DestinationAuthToken {
  const [token] = destination.authTokens ?? []
  if (!token || token.error) throw noToken(destination, reasonOf(token))
  if (!isHeader(token)) throw noToken(destination, 'an entry without a usable header')
  return token
}

/** @param reason - in words that may stand in a log @internal */
export function noToken({ name, authentication }: Destination, reason: string): DestinationError {
  const [, nextStep] = NEXT_STEPS.find(([pattern]) => pattern.test(reason)) ?? []
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `there is no token for destination "${String(name)}" (${String(authentication)}): ${reason}. Nothing was sent. ` +
      (nextStep ?? 'Check the properties of the destination.')
  )
}

function reasonOf(token: DestinationAuthToken | undefined): string {
  if (!token?.error) return 'the Destination service has sent none'
  const words = redact(token.error).replace(/[^\x20-\x7e]+/g, ' ')
  return `the Destination service says "${words.slice(0, MAX_REASON)}"`
}

/** One line each, or it could become another header. */
function isHeader({ http_header }: Partial<DestinationAuthToken>): boolean {
  const { key, value } = http_header ?? {}
  return isToken(key) && typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)
}

function isToken(key: unknown): boolean {
  return typeof key === 'string' && /^[\w-]+$/.test(key)
}

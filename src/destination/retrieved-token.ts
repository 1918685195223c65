import type { Destination, DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../errors.js'
import { redact } from './clean-cause.js'

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

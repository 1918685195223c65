import type { Destination, DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import { redact } from '../../lib/redact.js'
import type { NamedUser } from '../../user/principal.js'

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

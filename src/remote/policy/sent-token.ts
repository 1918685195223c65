import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { ago, endOf } from '../../destination/tokens/lifetime.js'
import { endOfExchanged } from '../../destination/retrieval/user.js'
import { PropagationError } from '../../errors.js'
import type { NamedUser } from '../../user/principal.js'

/** Header with the token of the user for the Cloud Connector. */
const USER_HEADER = 'SAP-Connectivity-Authentication'

/** Token that tells the remote system who the user is. */
export interface SentToken {
  /** True if it was issued in exchange for the user's own. */
  readonly exchanged: boolean
  /**
   * End of the token in seconds since the epoch; `undefined` if neither the token nor its issuer
   * says it.
   */
  readonly end: number | undefined
}

/**
 * Returns the token of the user that is sent with a destination: the retrieved one, the one for the
 * Cloud Connector, or the forwarded one.
 *
 * @internal
 */
export function sentToken(
  { authTokens, proxyConfiguration, headers }: Partial<HttpDestination>,
  { bearerToken, expiresAt }: NamedUser
): SentToken {
  const [token] = authTokens ?? []
  if (token) return { exchanged: true, end: endOfExchanged(token) }
  const header: unknown = proxyConfiguration?.headers?.[USER_HEADER] ?? headers?.['authorization']
  const sent = typeof header === 'string' ? header.replace(/^Bearer /, '') : bearerToken
  const exchanged = sent !== bearerToken
  return { exchanged, end: exchanged ? endOf(sent) : expiresAt }
}

/**
 * True if a token is valid for some more seconds, or says nothing about its end.
 *
 * @param end - seconds since the epoch
 * @param seconds - from now
 * @internal
 */
export function lastsLongEnough(end: number | undefined, seconds: number): boolean {
  return end === undefined || end - Date.now() / 1000 > seconds
}

/**
 * Checks that the token of the user is valid long enough at the time when it is sent.
 *
 * @param name - of the required service or the destination, for the message
 * @param seconds - that it has to last
 * @throws {@link PropagationError} `ERR_TOKEN_EXPIRES`
 * @internal
 */
export function checkLifetime(
  name: string,
  destination: Partial<HttpDestination>,
  user: NamedUser,
  seconds: number
): void {
  const { end } = sentToken(destination, user)
  if (end === undefined || lastsLongEnough(end, seconds)) return
  const left = Math.floor(end - Date.now() / 1000)
  throw new PropagationError(
    'ERR_TOKEN_EXPIRES',
    `"${name}" is called on behalf of a named user whose token does not last the ${String(seconds)} seconds of "minTokenLifetime"`,
    {
      service: name,
      destination: destination.name ?? undefined,
      principal: 'named',
      sent: left > 0 ? `a token with ${String(left)} s left` : `a token that ended ${ago(end)}`,
      expected: `${String(seconds)} s`,
      fix: 'Nothing was sent. Let the client repeat the request with a new token.'
    }
  )
}

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { endOf } from '../../destination/tokens/lifetime.js'
import { endOfExchanged } from '../../destination/retrieval/user.js'
import { PropagationError } from '../../errors.js'
import type { NamedUser } from '../../user/principal.js'

/** The header with the user's token for the Cloud Connector. */
const USER_HEADER = 'SAP-Connectivity-Authentication'

/** What matters of the token that tells the remote system who the user is. */
export interface SentToken {
  /** Whether it was got in exchange for the user's own. */
  readonly exchanged: boolean
  /** Seconds since the epoch, or nothing where neither the token nor its issuer says when it ends. */
  readonly end: number | undefined
}

/**
 * The user's token that goes out with a destination: the one that was retrieved for it, the one for the Cloud Connector, or
 * the one that is forwarded.
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
 * Whether a token lasts for some seconds more. One that says nothing about its end does.
 *
 * @param end - seconds since the epoch
 * @param seconds - from now
 * @internal
 */
export function lastsLongEnough(end: number | undefined, seconds: number): boolean {
  return end === undefined || end - Date.now() / 1000 > seconds
}

/**
 * R62: a token is judged when it is sent, not when the request came.
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
  if (lastsLongEnough(sentToken(destination, user).end, seconds)) return
  throw new PropagationError(
    'ERR_TOKEN_EXPIRES',
    `"${name}" is called on behalf of a named user whose token does not last the ${String(seconds)} seconds of ` +
      '"minTokenLifetime". Nothing was sent. Let the client repeat the request with a new token.'
  )
}

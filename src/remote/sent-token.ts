import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { endOf } from '../destination/token-lifetime.js'
import { endOfExchanged } from '../destination/user-tokens.js'
import { PropagationError } from '../errors.js'
import type { NamedUser } from '../user/principal.js'

/** The header with the user's token for the Cloud Connector. */
const USER_HEADER = 'SAP-Connectivity-Authentication'

/**
 * Whether the token that would go out with a destination lasts for some seconds more. Tokens that say nothing about their
 * end do.
 *
 * @param seconds - from now
 * @internal
 */
export function lastsLongEnough(
  destination: Partial<HttpDestination>,
  user: NamedUser,
  seconds: number
): boolean {
  const end = endOfSent(destination, user)
  return end === undefined || end - Date.now() / 1000 > seconds
}

/**
 * R62: a token is judged when it is sent, not when the request came.
 *
 * @param service - name of the required service, for the message
 * @param seconds - that it has to last
 * @throws {@link PropagationError} `ERR_TOKEN_EXPIRES`
 * @internal
 */
export function checkLifetime(
  service: string,
  destination: Partial<HttpDestination>,
  user: NamedUser,
  seconds: number
): void {
  if (lastsLongEnough(destination, user, seconds)) return
  throw new PropagationError(
    'ERR_TOKEN_EXPIRES',
    `"${service}" is called on behalf of a named user whose token does not last the ${String(seconds)} seconds of ` +
      '"minTokenLifetime". Nothing was sent. Let the client repeat the request with a new token.'
  )
}

/** Seconds since the epoch. */
function endOfSent(
  { forwardAuthToken, authTokens, proxyConfiguration }: Partial<HttpDestination>,
  user: NamedUser
): number | undefined {
  if (forwardAuthToken) return user.expiresAt
  const [token] = authTokens ?? []
  if (token) return endOfExchanged(token)
  const header: unknown = proxyConfiguration?.headers?.[USER_HEADER]
  const sent = typeof header === 'string' ? header.replace(/^Bearer /, '') : user.bearerToken
  return sent === user.bearerToken ? user.expiresAt : endOf(sent)
}

import type { Destination } from '@sap-cloud-sdk/connectivity'

import { PropagationError } from '../errors.js'
import type { NamedUser } from '../user/principal.js'
import { exchangedUser } from './external-user.js'
import type { DestinationOptions } from './find-destination.js'
import type { Configured } from './look-up.js'
import type { Ready } from './ready.js'
import { xsuaaUser } from './xsuaa-user.js'

/**
 * The user with a token that the Destination service and the Cloud Connector can know: one of another issuer is exchanged
 * where that is configured, or where the destination itself names the issuer's keys, goes to the Destination service for that.
 *
 * @param fresh - a token from an exchange is not from the cache
 * @throws {@link DestinationError} when the exchange fails
 * @internal
 */
export function knownUser(
  { destination, place }: Configured,
  user: NamedUser,
  { iasToXsuaaTokenExchange }: DestinationOptions,
  fresh = false
): Ready<NamedUser> {
  if (user.issuer === 'xsuaa') return user
  if (user.issuer === 'ias') {
    return iasToXsuaaTokenExchange ? xsuaaUser(place.service, user, fresh) : user
  }
  if (hasKeys(destination)) return user
  return exchangedUser(user, fresh).then((exchanged) => exchanged ?? user)
}

/** Types of destinations that the Destination service does not verify tokens for. */
const KEYLESS: ReadonlySet<string> = new Set(['PrincipalPropagation', 'OAuth2TokenExchange'])

/** Whether the Destination service takes tokens of whoever has these keys. @internal */
export function hasKeys({ authentication, jwks, jwksUri }: Destination): boolean {
  return !KEYLESS.has(authentication ?? '') && Boolean(jwks ?? jwksUri)
}

/**
 * What `forwardAuthToken` forwards: the user's own token, for an external issuer the one that is got in exchange.
 *
 * @param fresh - not from the cache
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED` for a token of an external issuer without exchange
 * @internal
 */
export async function forwardedToken(user: NamedUser, fresh = false): Promise<string> {
  if (user.issuer === 'xsuaa' || user.issuer === 'ias') return user.bearerToken
  const exchanged = await exchangedUser(user, fresh)
  if (exchanged) return exchanged.bearerToken
  throw new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `"forwardAuthToken" would send the token of issuer "${user.issuer}" as it is. Nothing was sent. ${withExchange(user)}`
  )
}

/** The next step where a token of an external issuer can't go out. @internal */
export function withExchange({ issuer }: NamedUser): string {
  const option = `cds.requires.auth.issuers.${issuer}.exchange`
  return `To have it exchanged for one of XSUAA, set ${option}: docs/issuers.md.`
}

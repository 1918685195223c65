import type { Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../errors.js'
import { type NamedUser, TokenPrincipal } from '../user/principal.js'
import { keyOfToken } from '../user/user-key.js'
import { cloudSdk } from './cloud-sdk.js'
import { keptTokens } from './kept-tokens.js'
import { serviceKey } from './look-up.js'
import { differenceAcross } from './same-user.js'
import { claimsOf, endOf, lifetimeUntil } from './token-lifetime.js'

const tokens = keptTokens()

/**
 * The user with a token of XSUAA, which it gives in exchange for one of Identity Authentication
 * (`destinationOptions.iasToXsuaaTokenExchange`). A user who has one stays as is.
 *
 * @param service - the bound Destination service: the token is issued to its client
 * @param fresh - not from the cache
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` when the token is another user's
 * @see `@sap-cloud-sdk/connectivity`, `jwtBearerToken`
 * @internal
 */
export async function xsuaaUser(
  service: Service,
  user: NamedUser,
  fresh = false
): Promise<NamedUser> {
  if (user.issuer === 'xsuaa') return user
  const key = [...serviceKey(service), ...keyOfToken(user)]
  const fetch = async () => {
    const value = await exchanged(service, user)
    return { value, lifetime: lifetimeUntil(endOf(value), user.expiresAt) }
  }
  const bearerToken = await tokens.get(key, fetch, fresh)
  const expiresAt = Math.min(user.expiresAt, endOf(bearerToken) ?? 0)
  return new TokenPrincipal({ ...user, issuer: 'xsuaa', expiresAt, bearerToken })
}

async function exchanged(service: Service, { bearerToken }: NamedUser): Promise<string> {
  const { jwtBearerToken } = await cloudSdk()
  const token = await jwtBearerToken(bearerToken, service)
  const difference = differenceAcross(claimsOf(bearerToken) ?? {}, claimsOf(token) ?? {})
  if (!difference) return token
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `the token of XSUAA, in exchange for the user's of Identity Authentication, is for ${difference}, and was thrown ` +
      'away. Nothing was sent. Check that both know the user by the same e-mail address or user name.'
  )
}

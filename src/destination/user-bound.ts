import type { Destination } from '@sap-cloud-sdk/connectivity'

/** Values of `Authentication` with which a call is made as the user; `SystemUser` (deprecated) turns one of them off. */
const USER_BOUND = new Set([
  'PrincipalPropagation',
  'OAuth2UserTokenExchange',
  'OAuth2JWTBearer',
  'OAuth2SAMLBearerAssertion',
  'SAMLAssertion'
])

/**
 * Whether a call to the destination is made as the user who was current when it was resolved.
 *
 * @internal
 */
export function isUserBound(destination: Destination): boolean {
  if (destination.forwardAuthToken) return true
  return USER_BOUND.has(destination.authentication ?? '') && !destination.systemUser
}

import type { Destination } from '@sap-cloud-sdk/connectivity'

/** Values of `Authentication` with which a call is made as the user. */
const USER_BOUND: ReadonlySet<string> = new Set([
  'PrincipalPropagation',
  'OAuth2UserTokenExchange',
  'OAuth2JWTBearer',
  'OAuth2SAMLBearerAssertion',
  'OAuth2TokenExchange',
  'SAMLAssertion',
  'SAPAssertionSSO'
])

/**
 * Whether a call to the destination is made as the user who is current. `SystemUser` (deprecated) makes one of the types
 * a technical one.
 *
 * @internal
 */
export function isUserBound(destination: Destination): boolean {
  const { authentication, forwardAuthToken, systemUser } = destination
  if (forwardAuthToken) return true
  if (authentication === 'OAuth2SAMLBearerAssertion' && systemUser) return false
  return USER_BOUND.has(authentication ?? '')
}

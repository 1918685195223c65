import type { Claims } from '../../xsuaa/claims.js'
import { InvalidToken } from '../../xsuaa/verify-token.js'
import { identityError } from '../identity-error.js'
import type { IdentityService } from '../identity-service.js'
import type { IdentityApplication } from '../identity-tenant.js'

/**
 * Answers `/oauth2/userinfo` (OpenID Connect Core 1.0, section 5.3).
 *
 * @param token - the access token of a user, a JWT or an opaque one
 * @throws TokenError
 * @see SAP Cloud Identity Services, "Call Identity Authentication UserInfo Endpoint"
 */
export async function userInformation(service: IdentityService, token: string): Promise<Claims> {
  const claims = await activeClaims(service, token)
  if (claims?.['sap_id_type'] !== 'user') {
    throw identityError('invalid_request', 'The access token is invalid, expired or not of a user')
  }
  const { cnf: _cnf, nonce: _nonce, ...information } = claims
  return information
}

/**
 * Answers `/oauth2/introspect` (RFC 7662): about tokens that the application has got, or that are for it.
 *
 * @see SAP Cloud Identity Services, "Call Identity Authentication Introspect Token Endpoint"
 */
export async function introspect(
  service: IdentityService,
  application: IdentityApplication,
  token: string
): Promise<Claims> {
  const claims = (await activeClaims(service, token)) ?? refreshClaims(service, token)
  const { aud, azp } = claims ?? {}
  const isOwn = [azp, ...[aud].flat()].includes(application.id)
  if (!claims || !isOwn) return { active: false }
  return { active: true, client_id: azp, username: claims['preferred_username'], ...claims }
}

/**
 * Ends the tokens of the application in the session of a token (RFC 7009). A token that is not known is no error.
 *
 * @see SAP Cloud Identity Services, "Call Identity Authentication Revoke Token Endpoint"
 */
export async function revoke(
  service: IdentityService,
  application: IdentityApplication,
  token: string
): Promise<undefined> {
  const { azp, sid } = (await activeClaims(service, token)) ?? refreshClaims(service, token) ?? {}
  if (azp === application.id && typeof sid === 'string') service.endedSessions.end(sid, azp)
}

/** Returns the claims of a token of this tenant that is valid, and whose session has not ended. */
async function activeClaims(
  { issuer, opaqueTokens, endedSessions }: IdentityService,
  token: string
): Promise<Claims | undefined> {
  try {
    const claims = await issuer.verify(opaqueTokens.resolve(token))
    return endedSessions.has(claims) ? undefined : claims
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}

function refreshClaims({ refreshTokens, endedSessions }: IdentityService, token: string) {
  const claims = refreshTokens.find(token)
  return claims && !endedSessions.has(claims) ? claims : undefined
}

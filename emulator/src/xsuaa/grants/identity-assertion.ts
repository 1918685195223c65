import { jose } from '../../lib/jose.js'
import { allowsProvider } from '../../landscape/clients.js'
import { findUserByUuid } from '../../landscape/landscape.js'
import { IAS_ORIGIN, JWT_BEARER, userClaims, type Claims } from '../claims.js'
import { invalidToken, refusedAssertion, TokenError, unmappedIssuer } from '../token-error.js'
import { InvalidToken } from '../verify-token.js'
import type { GrantContext } from './grant.js'

/** True if an assertion names the trusted tenant of Identity Authentication as its issuer; it is not verified yet. */
export function isOfIdentity({ identity }: GrantContext, assertion: string): boolean {
  if (!identity) return false
  try {
    return identity.issuer.names(jose.decodeJwt(assertion))
  } catch {
    return false
  }
}

/**
 * Claims of XSUAA's token for a user of Identity Authentication. The token must be for XSUAA too, which is an application
 * of that tenant; the user is XSUAA's own with the same global id, from the identity provider `sap.custom`.
 *
 * @throws TokenError
 * @see SAP/cloud-security-services-integration-library, docs/IAS-XSUAA-token-xchange.md; CF UAA,
 *   `ExternalOAuthAuthenticationManager`
 */
export async function identityUser(context: GrantContext, assertion: string): Promise<Claims> {
  const { landscape, client, identity, tenant = landscape.tenant } = context
  const claims = await verified(context, assertion)
  const xsuaa = identity?.tenant.xsuaa
  if (![claims['aud']].flat().includes(xsuaa)) {
    throw invalidToken(`Some parties were not in the token audience: ${xsuaa}`)
  }
  if (claims['app_tid'] !== tenant) {
    throw unmappedIssuer(`No identity provider found for issuer: ${String(claims['iss'])}`)
  }
  const user = findUserByUuid(landscape, claims['user_uuid'])
  if (user?.tenant !== tenant) {
    throw new TokenError(401, 'unauthorized', 'Unable to map claim to a username')
  }
  if (!allowsProvider(client, IAS_ORIGIN)) {
    throw new TokenError(
      401,
      'unauthorized',
      `The client does not allow the provider ${IAS_ORIGIN}`
    )
  }
  const user_uuid = user.uuid
  return {
    ...userClaims(landscape, client, user),
    grant_type: JWT_BEARER,
    origin: IAS_ORIGIN,
    user_uuid
  }
}

async function verified({ identity }: GrantContext, assertion: string): Promise<Claims> {
  try {
    return (await identity?.issuer.verify(assertion)) ?? {}
  } catch (error) {
    throw error instanceof InvalidToken ? refusedAssertion(error.defect, error.detail) : error
  }
}

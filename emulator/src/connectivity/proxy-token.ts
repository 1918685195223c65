import type { IdentityIssuer } from '../ias/identity-issuer.js'
import type { Client } from '../landscape/landscape.js'
import type { Claims } from '../xsuaa/claims.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { InvalidToken, verifyServiceToken } from '../xsuaa/verify-token.js'

/** The tokens that a service of the landscape accepts from its callers. */
export interface AcceptedTokens {
  issuer: TokenIssuer
  /** The client of the service whose tokens are accepted. */
  client: Client
  /** Identity provider of the subaccount. */
  identity?: IdentityIssuer | undefined
  /** Client id of the service in that identity provider. */
  audience?: string | undefined
}

/**
 * Verifies a token for the Connectivity proxy: one of the binding's client from XSUAA, or one from Identity Authentication whose
 * audience is the service.
 *
 * @throws InvalidToken
 * @see SAP BTP Connectivity, "Consuming the Connectivity Service", section "Authorization"
 */
export async function verifyProxyToken(accepted: AcceptedTokens, token: string): Promise<Claims> {
  const { issuer, client, identity, audience } = accepted
  try {
    return await verifyServiceToken(issuer, client, token)
  } catch (error) {
    const isForeign = error instanceof InvalidToken && error.defect === 'foreign issuer'
    if (!identity || !isForeign) throw error
    const claims = await identity.verify(token)
    if (![claims['aud']].flat().includes(audience)) throw new InvalidToken('foreign issuer')
    return claims
  }
}

/** Returns the tenant of a token. */
export const tenantOf = (claims: Claims): string => String(claims['zid'] ?? claims['app_tid'])

/** True if a token names a user. */
export const isUserToken = (claims: Claims): boolean =>
  claims['user_name'] !== undefined || claims['sap_id_type'] === 'user'

/**
 * Returns the token of `Proxy-Authorization`: `Bearer <token>`, or `Basic` with the token as the name of the user and no password.
 *
 * @see SAP BTP Connectivity, "Configure Principal Propagation via User Exchange Token"
 */
export function proxyToken(header: string): string | undefined {
  const [, scheme = '', value = ''] = /^(Bearer|Basic) +([\w.~+/=-]+) *$/i.exec(header) ?? []
  if (scheme.toLowerCase() !== 'basic') return value || undefined
  return /^([\w.~+/=-]+):$/.exec(Buffer.from(value, 'base64').toString('utf8'))?.[1]
}

import { InvalidToken } from '../../xsuaa/verify-token.js'
import type { AuthToken, Caller, DestinationTokens } from './types.js'

/** The issuer of such tokens; there is no such provider. */
const ISSUER = 'https://corporate-idp.example'

/**
 * `PrincipalPropagation` with a token of Identity Authentication that has `forward_corp_idp_token`: the corporate identity
 * provider's token. It is signed with the key of the emulated Identity Authentication, which the Cloud Connector trusts.
 *
 * @see SAP BTP Connectivity, "Using an IAS User Token for Corporate IdP Token Principal Propagation to On-Premise Systems"
 */
export async function corporateTokens(
  { identity }: DestinationTokens,
  { userToken }: Caller
): Promise<AuthToken[] | undefined> {
  if (!identity || !userToken) return undefined
  const { issuer, tenant } = identity
  try {
    const { forward_corp_idp_token: kind, ...claims } = await issuer.verify(userToken)
    if (kind !== 'access_token' && kind !== 'id_token') return undefined
    const { email, preferred_username, app_tid, sap_id_type } = claims
    const own = { iss: ISSUER, ias_iss: issuer.url, sub: email, email, preferred_username }
    const value = await issuer.sign({ ...own, app_tid, sap_id_type }, tenant.tokenValidity)
    const http_header = { key: 'SAP-Connectivity-Authentication', value: `Bearer ${value}` }
    return [{ type: 'Bearer', value, http_header, expires_in: String(tenant.tokenValidity) }]
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}

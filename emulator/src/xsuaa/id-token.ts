import type { Client } from '../landscape/landscape.js'
import { newTokenId, type Claims } from './claims.js'

/** Grants with an id token; a refreshed token keeps the grant that it began with. */
const GRANTS: readonly unknown[] = ['authorization_code', 'password']

/**
 * Claims of the id token beside an access token; names only with the scope `profile`, which XSUAA gives to nobody here.
 *
 * @param issuer - the one that the client has discovered
 * @returns `undefined` where UAA issues none: another grant, or a token without the scope `openid`
 * @see CF UAA, `IdTokenGranter`, `IdTokenCreator`
 */
export function idTokenClaims(client: Client, claims: Claims, issuer: string): Claims | undefined {
  const { scope, grant_type, sub, email, user_name, origin, zid, rev_sig, auth_time, nonce } =
    claims
  if (!Array.isArray(scope) || !scope.includes('openid')) return undefined
  if (claims['user_id'] === undefined || !GRANTS.includes(grant_type)) return undefined
  return {
    ...{ iss: issuer, sub, user_id: sub, aud: [client.id], jti: newTokenId() },
    ...{ azp: client.id, cid: client.id, client_id: client.id, scope: ['openid'] },
    ...{
      email,
      email_verified: true,
      user_name,
      origin,
      zid,
      rev_sig,
      auth_time,
      grant_type,
      nonce
    }
  }
}

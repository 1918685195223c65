import { exchangedClaims } from '../claims.js'
import { invalidToken, TokenError } from '../token-error.js'
import type { Grant } from './grant.js'

/**
 * RFC 6749 section 6: a new access token for the same user and client. Its `grant_type` stays the
 * one of the original grant, as UAA does it.
 */
export const refreshToken: Grant = ({ refreshTokens, client, form, tenant }) => {
  const token = form.get('refresh_token')
  if (!token) throw new TokenError(400, 'invalid_grant', 'Refresh token is missing')
  const claims = refreshTokens.find(token)
  if (!claims) throw invalidToken('The token expired, was revoked, or the token ID is incorrect.')
  if (claims['cid'] !== client.id) {
    throw new TokenError(400, 'invalid_grant', 'Wrong client for this refresh token')
  }
  if (tenant !== undefined && claims['zid'] !== tenant) {
    throw invalidToken('The token expired, was revoked, or the token ID is incorrect.')
  }
  const scope = Array.isArray(claims['scope']) ? claims['scope'].map(String) : []
  return { claims: exchangedClaims(client, claims, scope), refreshToken: token }
}

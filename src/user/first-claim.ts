import { type JwtPayload, stringClaim } from '../token/claims.js'

/**
 * Returns the first of the claims that a token has. An e-mail address that the issuer has not verified is nobody's name.
 *
 * @internal
 */
export function firstOf(claims: readonly string[], payload: JwtPayload): string | undefined {
  const usable = claims.filter((claim) => claim !== 'email' || payload.email_verified !== false)
  return usable.map((claim) => stringClaim(payload, claim)).find(Boolean)
}

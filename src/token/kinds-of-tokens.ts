import { TokenError } from '../errors.js'
import { scopesOf, stringClaim, tenantClaim } from './claims.js'
import type { DecodedToken } from './decode.js'

/** Returns the tenant that a token of Identity Authentication is for. @internal */
export function tenantOfIasToken(payload: DecodedToken['payload']): string | undefined {
  return tenantClaim(payload, 'app_tid') ?? tenantClaim(payload, 'zone_uuid')
}

/**
 * Refuses what the same keys sign besides access tokens: refresh tokens (`granted_scopes`, or a `-r` id without scopes), logout tokens
 * (`events`), and ID tokens (`at_hash`, or `nonce` without scopes).
 *
 * @throws {@link TokenError} `ERR_TOKEN_TYPE`
 * @internal
 */
export function refuseOtherThanAccessTokens(payload: DecodedToken['payload']): void {
  const has = (name: string) => Object.hasOwn(payload, name)
  const scoped = scopesOf(payload).length > 0
  const isRefresh =
    has('granted_scopes') || (!scoped && stringClaim(payload, 'jti')?.endsWith('-r'))
  const isIdToken = has('at_hash') || (!scoped && has('nonce'))
  const kind = isRefresh
    ? 'a refresh'
    : has('events')
      ? 'a logout'
      : isIdToken
        ? 'an ID'
        : undefined
  if (kind) throw new TokenError('ERR_TOKEN_TYPE', `the token is ${kind} token, no access token`)
}

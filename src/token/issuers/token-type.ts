import { TokenError } from '../../errors.js'
import { scopesOf, stringClaim, tenantClaim } from '../claims.js'
import type { DecodedToken } from '../decode.js'
import type { OidcIssuerOptions } from './oidc-options.js'

/** Claims that only ID tokens have (OpenID Connect Core 1.0, sections 2 and 3.3.2.11; FAPI for `s_hash`). */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash']

/** `typ` among the claims, as Keycloak writes it. */
const KEYCLOAK_TYPES = new Map<unknown, Kind>([
  ['Bearer', 'access token'],
  ['DPoP', 'access token'],
  ['ID', 'ID token'],
  ['Refresh', 'refresh token'],
  ['Offline', 'refresh token'],
  ['Logout', 'logout token']
])

type Kind = 'access token' | 'ID token' | 'refresh token' | 'logout token'

/**
 * Refuses a token that its issuer signed for another purpose. Where a token does not say what it is, it counts as what is
 * expected: then only the audience tells an ID token, which is issued to a client, from an access token for this application.
 *
 * @param expected - as configured; access tokens without it
 * @throws {@link TokenError} `ERR_TOKEN_TYPE`
 * @see RFC 8725 section 3.12, RFC 9068 section 4
 * @internal
 */
export function checkTokenType(
  token: DecodedToken,
  expected: OidcIssuerOptions['tokenType']
): void {
  const wanted = expected === 'id_token' ? 'ID token' : 'access token'
  const kind = kindOf(token)
  if (kind && kind !== wanted) {
    throw new TokenError(
      'ERR_TOKEN_TYPE',
      `${wanted} expected, and the token is of another kind: ${kind}`,
      {
        fix: `Send "${wanted === 'ID token' ? 'id_token' : 'access_token'}" of the token response.`
      }
    )
  }
  if (expected === 'at+jwt' && !isDeclaredAccessToken(token)) {
    const cause = '"typ" of the token\'s header must be "at+jwt"'
    throw new TokenError('ERR_TOKEN_TYPE', cause, {
      fix: 'Send an access token, or leave out "tokenType" of the issuer if it does not declare the type.'
    })
  }
}

/** Returns the kind of a token, if it declares one. Access tokens of older Keycloaks have a `nonce`, so the declared type comes first. */
function kindOf(token: DecodedToken): Kind | undefined {
  const { payload } = token
  if (Object.hasOwn(payload, 'events')) return 'logout token'
  if (isDeclaredAccessToken(token)) return 'access token'
  const kind = KEYCLOAK_TYPES.get(payload.typ)
  if (kind) return kind
  return ID_TOKEN_CLAIMS.some((claim) => Object.hasOwn(payload, claim)) ? 'ID token' : undefined
}

function isDeclaredAccessToken({ header: { typ } }: DecodedToken): boolean {
  return typeof typ === 'string' && /^(application\/)?at\+jwt$/i.test(typ)
}

/** Returns the tenant that a token of Identity Authentication is for. @internal */
export function tenantOfIasToken(payload: DecodedToken['payload']): string | undefined {
  return tenantClaim(payload, 'app_tid') ?? tenantClaim(payload, 'zone_uuid')
}

/**
 * Refuses what the same keys sign besides access tokens: refresh tokens (`granted_scopes`, or a `-r` id without scopes), logout tokens
 * (`events`), and ID tokens (`at_hash`, `nonce` without scopes, or `email_verified` without other scopes than `openid`).
 *
 * @throws {@link TokenError} `ERR_TOKEN_TYPE`
 * @internal
 */
export function refuseOtherThanAccessTokens(payload: DecodedToken['payload']): void {
  const has = (name: string) => Object.hasOwn(payload, name)
  const scopes = scopesOf(payload)
  const scoped = scopes.length > 0
  const isRefresh =
    has('granted_scopes') || (!scoped && stringClaim(payload, 'jti')?.endsWith('-r'))
  const isAboutPerson = has('email_verified') && scopes.every((scope) => scope === 'openid')
  const isIdToken = has('at_hash') || (!scoped && has('nonce')) || isAboutPerson
  const kind = isRefresh
    ? 'a refresh'
    : has('events')
      ? 'a logout'
      : isIdToken
        ? 'an ID'
        : undefined
  if (kind) throw noAccessToken(kind)
}

/**
 * Refuses a logout token of Identity Authentication, which it signs with the same keys for the same application.
 *
 * @throws {@link TokenError} `ERR_TOKEN_TYPE`
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.4
 * @internal
 */
export function refuseLogoutTokens(payload: DecodedToken['payload']): void {
  if (Object.hasOwn(payload, 'events')) throw noAccessToken('a logout')
}

function noAccessToken(kind: string): TokenError {
  return new TokenError('ERR_TOKEN_TYPE', `the token is ${kind} token, no access token`, {
    fix: 'Send "access_token" of the token response.'
  })
}

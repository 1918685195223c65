import { type JwtPayload, stringClaim, stringsClaim } from '../token/claims.js'
import { type Attributes, keepClaims } from './attributes.js'
import { firstOf } from './token-profile.js'
import type { Person, TokenProfile } from './token-profile.js'
import { isPseudoRole, type Roles } from './roles.js'
import type { IasCredentials } from '../token/issuers/credentials.js'

/** Claims about the token; every other claim is an attribute, as in CAP's own `ias` strategy. */
const ABOUT_THE_TOKEN = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'cnf', 'x5t#S256', 'ias_iss'],
  ...['scim_id', 'user_uuid', 'zone_uuid', 'app_tid']
])

/** Claims that CAP gives a second name: that of the same attribute from XSUAA. */
const ALIASES = [
  ['user_name', 'logonName'],
  ['given_name', 'givenName'],
  ['family_name', 'familyName']
] as const

/**
 * Users of Identity Authentication tokens, as CAP's own `ias` strategy has them: the subject, no roles (consumed APIs for
 * technical users), and every claim that is not about the token itself.
 *
 * @param userId - claims that become the id; the first that a token has
 * @internal
 */
export function iasProfile(
  { clientid }: IasCredentials,
  userId: readonly string[] = ['sub']
): TokenProfile {
  return {
    isTechnical: isTechnicalIasToken,
    isOwnClient: (payload) => clientId(payload) === clientid,
    userId: (payload) => firstOf(userId, payload),
    person: iasPerson,
    roles: (payload) => (isTechnicalIasToken(payload) ? consumedApis(payload) : noRoles()),
    attributes
  }
}

/** True if the token stands for a client. @internal */
export function isTechnicalIasToken(payload: JwtPayload): boolean {
  return clientId(payload) === payload.sub
}

/** Returns the client id that `@sap/xssec` finds: `azp`, or the only audience. */
function clientId(payload: JwtPayload): string | undefined {
  const [audience, ...others] = stringsClaim(payload, 'aud')
  return stringClaim(payload, 'azp') ?? (others.length ? undefined : audience)
}

function consumedApis(payload: JwtPayload): Roles {
  const roles = noRoles()
  const apis: unknown = payload.ias_apis
  for (const api of Array.isArray(apis) ? (apis as unknown[]) : []) {
    if (typeof api === 'string' && api && !isPseudoRole(api)) roles[api] = 1
  }
  return { ...roles }
}

function attributes(payload: JwtPayload): Attributes {
  const result = keepClaims(payload, (name) => !ABOUT_THE_TOKEN.has(name))
  for (const [claim, alias] of ALIASES) if (result[claim]) result[alias] = result[claim]
  return result
}

function noRoles(): Roles {
  return Object.create(null) as Roles
}

/** @internal */
export function iasPerson(payload: JwtPayload): Person {
  const origin = stringClaim(payload, 'ias_iss') ?? stringClaim(payload, 'iss')
  return { origin, subject: firstOf(['user_uuid', 'scim_id', 'sub'], payload) }
}

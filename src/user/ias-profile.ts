import { type JwtPayload, stringClaim, stringsClaim } from '../token/claims.js'
import type { IasCredentials } from '../token/ias-issuer.js'
import { type Attributes, setAttribute } from './attributes.js'
import type { TokenProfile } from './profile.js'
import { isPseudoRole, type Roles } from './roles.js'

/** Claims about the token; every other claim is an attribute, as in CAP's own `ias` strategy. */
const ABOUT_THE_TOKEN = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'cnf', 'x5t#S256', 'ias_iss'],
  ...['scim_id', 'user_uuid', 'zone_uuid', 'app_tid']
])

/** Claims with one value, which stay single; the second column is the name that CAP gives them in addition. */
const SINGLE = new Map<string, string | undefined>([
  ['email', undefined],
  ['user_name', 'logonName'],
  ['given_name', 'givenName'],
  ['family_name', 'familyName']
])

/**
 * Users of Identity Authentication tokens, as CAP's own `ias` strategy has them: the subject, no roles (consumed APIs for
 * technical users), and every claim that is not about the token itself.
 *
 * @internal
 */
export function iasProfile({ clientid }: IasCredentials): TokenProfile {
  return {
    isTechnical: isTechnicalIasToken,
    isOwnClient: (payload) => clientId(payload) === clientid,
    userId: (payload) => stringClaim(payload, 'sub'),
    roles: (payload) => (isTechnicalIasToken(payload) ? consumedApis(payload) : noRoles()),
    attributes
  }
}

/** True if the token stands for a client. @internal */
export function isTechnicalIasToken(payload: JwtPayload): boolean {
  return clientId(payload) === payload.sub
}

/** As `@sap/xssec` finds it: `azp`, or the only audience. */
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
  const result = {} as Attributes
  for (const [name, value] of Object.entries(payload)) {
    if (ABOUT_THE_TOKEN.has(name)) continue
    if (!SINGLE.has(name)) {
      setAttribute(result, name, value)
    } else if (typeof value === 'string' && value) {
      result[name] = value
      const alias = SINGLE.get(name)
      if (alias) result[alias] = value
    }
  }
  return result
}

function noRoles(): Roles {
  return Object.create(null) as Roles
}

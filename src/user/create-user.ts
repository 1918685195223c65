import cds from '@sap/cds'

import { TokenError } from '../errors.js'
import { scopesOf, stringClaim } from '../token/claims.js'
import type { VerifiedToken } from '../token/issuer.js'
import type { XsuaaCredentials } from '../token/xsuaa-issuer.js'
import { attributesOf } from './attributes.js'
import { namedUser, registerPrincipal } from './principal.js'
import { rolesOf, type Roles } from './roles.js'

/** Grants without a user (RFC 6749, section 4.4; the second one is XSUAA's name for it with a certificate). */
const TECHNICAL_GRANTS = new Set(['client_credentials', 'client_x509'])

/** Ids with a meaning of their own in CAP: nobody can be called so. */
const RESERVED_IDS = new Set(['anonymous', 'system', 'privileged'])

// eslint-disable-next-line no-control-regex -- control characters are what it refuses
const USER_ID = /^[^\u0000-\u001f\u007f]{1,255}$/

/**
 * The CAP user of a verified XSUAA token, as CAP's own `xsuaa` strategy names things: `id` is the logon name, `roles` the
 * scopes, `attr` the attributes, `authInfo` the security context of `@sap/xssec`.
 *
 * @throws {@link TokenError} `ERR_TOKEN_CLAIM` when a token of a user does not say which
 * @internal
 */
export function createUser(token: VerifiedToken, credentials: XsuaaCredentials): cds.User {
  const { payload, securityContext: authInfo } = token
  const roles = rolesOf(scopesOf(payload), credentials.xsappname)
  if (TECHNICAL_GRANTS.has(stringClaim(payload, 'grant_type') ?? '')) {
    const technicalRoles = { __proto__: null, ...roles, ...systemRoles(payload, credentials) }
    registerPrincipal(authInfo, { kind: 'technical', origin: 'token', tenant: token.tenant })
    return new cds.User({ id: 'system', roles: technicalRoles, attr: {}, authInfo } as never)
  }
  const id = userIdOf(stringClaim(payload, 'user_name'))
  const { tenant, issuer, expiresAt, bearerToken } = token
  registerPrincipal(authInfo, namedUser({ userId: id, tenant, issuer, expiresAt, bearerToken }))
  return new cds.User({ id, roles, attr: attributesOf(payload), authInfo } as never)
}

/** `internal-user` is the application itself: a technical token of its own client. */
function systemRoles(payload: VerifiedToken['payload'], { clientid }: XsuaaCredentials): Roles {
  const client = stringClaim(payload, 'azp') ?? stringClaim(payload, 'cid')
  return { 'system-user': 1, ...(client === clientid && { 'internal-user': 1 }) }
}

function userIdOf(name: string | undefined): string {
  if (name !== undefined && USER_ID.test(name) && !RESERVED_IDS.has(name)) return name
  throw new TokenError('ERR_TOKEN_CLAIM', '"user_name" claim is missing or not usable as a user id')
}

import { clientOf, scopesOf, stringClaim } from '../token/claims.js'
import type { XsuaaCredentials } from '../token/xsuaa-issuer.js'
import { attributesOf } from './attributes.js'
import type { TokenProfile } from './profile.js'
import { KnownRoles } from './known-roles.js'

/** Grants without a user (RFC 6749, section 4.4; the second one is XSUAA's name for it with a certificate). */
const TECHNICAL_GRANTS = new Set(['client_credentials', 'client_x509'])

/**
 * Users of XSUAA tokens, as CAP's own `xsuaa` strategy has them: the logon name, scopes as roles, `xs.user.attributes`.
 *
 * @internal
 */
export function xsuaaProfile({ clientid, xsappname }: XsuaaCredentials): TokenProfile {
  const known = new KnownRoles(xsappname)
  return {
    isTechnical: (payload) => TECHNICAL_GRANTS.has(stringClaim(payload, 'grant_type') ?? ''),
    isOwnClient: (payload) => clientOf(payload) === clientid,
    userId: (payload) => stringClaim(payload, 'user_name'),
    roles: (payload) => known.of(scopesOf(payload)),
    attributes: attributesOf
  }
}

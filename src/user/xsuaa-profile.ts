import { clientOf, isTechnicalGrant, scopesOf, stringClaim } from '../token/claims.js'
import type { XsuaaCredentials } from '../token/xsuaa-issuer.js'
import { attributesOf } from './attributes.js'
import type { TokenProfile } from './profile.js'
import { KnownRoles } from './known-roles.js'

/**
 * Users of XSUAA tokens, as CAP's own `xsuaa` strategy has them: the logon name, scopes as roles, `xs.user.attributes`.
 *
 * @internal
 */
export function xsuaaProfile({ clientid, xsappname }: XsuaaCredentials): TokenProfile {
  const known = new KnownRoles(xsappname)
  return {
    isTechnical: isTechnicalGrant,
    isOwnClient: (payload) => clientOf(payload) === clientid,
    userId: (payload) => stringClaim(payload, 'user_name'),
    roles: (payload) => known.of(scopesOf(payload)),
    attributes: attributesOf
  }
}

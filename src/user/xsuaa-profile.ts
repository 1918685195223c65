import {
  clientOf,
  isTechnicalGrant,
  type JwtPayload,
  scopesOf,
  stringClaim
} from '../token/claims.js'
import { attributesOf } from './attributes.js'
import { firstOf } from './token-profile.js'
import type { Person, TokenProfile } from './token-profile.js'
import { KnownRoles } from './roles.js'
import type { XsuaaCredentials } from '../token/issuers/credentials.js'

/**
 * Users of XSUAA tokens, as CAP's own `xsuaa` strategy has them: the logon name, scopes as roles, `xs.user.attributes`.
 *
 * @param userId - claims that become the id; the first that a token has
 * @internal
 */
export function xsuaaProfile(
  { clientid, xsappname }: XsuaaCredentials,
  userId: readonly string[] = ['user_name']
): TokenProfile {
  const known = new KnownRoles(xsappname)
  return {
    isTechnical: isTechnicalGrant,
    isOwnClient: (payload) => clientOf(payload) === clientid,
    userId: (payload) => firstOf(userId, payload),
    person: xsuaaPerson,
    roles: (payload) => known.of(scopesOf(payload)),
    attributes: attributesOf
  }
}

/** @internal */
export function xsuaaPerson(payload: JwtPayload): Person {
  return { origin: stringClaim(payload, 'origin'), subject: stringClaim(payload, 'user_id') }
}

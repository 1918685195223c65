import { attachedLandscape } from '../../development/attached.js'
import { printable } from '../../lib/redact.js'
import { isPseudoRole } from '../../user/roles.js'
import { nameAdvice, unknownNames } from '../../restrictions/names/advice.js'

/** Kind of token that lacks a role. */
export type Sender = 'named' | 'technical' | 'foreign'

/**
 * Returns the next step for a role that is missing.
 *
 * @param roles - of which one would do
 * @param issuer - alias of the token's issuer
 * @internal
 */
export function adviceFor(
  roles: readonly string[],
  sender: Sender,
  issuer: string | undefined
): string {
  if (roles.every(isPseudoRole)) return 'CAP gives that role by itself, by the kind of the token.'
  const named = roles.filter((role) => !isPseudoRole(role))
  const unknown = issuer === 'ias' ? [] : unknownNames('role', named)
  const advice = nameAdvice('role', unknown)
  if (advice === undefined) return stepFor(sender, issuer)
  const known = named.filter((role) => !unknown.includes(role))
  const other = known.map((role) => `"${printable(role)}"`).join(' or ')
  return other ? `${advice} For ${other}: ${stepFor(sender, issuer)}` : advice
}

function stepFor(sender: Sender, issuer: string | undefined): string {
  if (sender === 'technical') {
    return 'Add the scope to the "authorities" in xs-security.json, update the XSUAA instance, and get a new token.'
  }
  if (issuer === 'ias') return 'Assign a policy that has it (@sap/ams), or add it in a middleware.'
  if (issuer !== undefined && issuer !== 'xsuaa') {
    return 'Give the user a role or group that the issuer and cds.requires.auth.issuers.<alias>.roles turn into it.'
  }
  if (attachedLandscape()) {
    return 'Add one of them to the "roles" of the user in cds.requires.auth.users, and get a new token.'
  }
  return (
    'Give the user a role collection with the role, and log on again: a token keeps the scopes that it was issued with. ' +
    'If the scope is new in xs-security.json, update the XSUAA instance first.'
  )
}

import { attachedLandscape } from '../../development/attached.js'
import { printable } from '../../lib/redact.js'
import { nearestName } from '../../lib/wording/closest.js'
import { isPseudoRole } from '../../user/roles.js'
import { nameAdvice, unknownNames } from '../../restrictions/names/advice.js'

/** Kind of token that lacks a role. */
export type Sender = 'named' | 'technical' | 'foreign'

/**
 * Returns the next step for a role that is missing.
 *
 * @param roles - of which one would do
 * @param issuer - alias of the token's issuer
 * @param logonName - of a named user
 * @internal
 */
export function adviceFor(
  roles: readonly string[],
  sender: Sender,
  issuer: string | undefined,
  logonName?: unknown
): string {
  if (roles.every(isPseudoRole)) return 'CAP gives that role by itself, by the kind of the token.'
  const named = roles.filter((role) => !isPseudoRole(role))
  const unknown = unknownNames('role', named, issuer)
  const advice = nameAdvice('role', unknown, issuer)
  if (advice === undefined) return stepFor(sender, issuer, logonName)
  const known = named.filter((role) => !unknown.includes(role))
  const other = known.map((role) => `"${printable(role)}"`).join(' or ')
  return other ? `${advice} For ${other}: ${stepFor(sender, issuer, logonName)}` : advice
}

function stepFor(sender: Sender, issuer: string | undefined, logonName: unknown): string {
  const isOfXsuaa = issuer === undefined || issuer === 'xsuaa'
  if (!isOfXsuaa) return stepElsewhere(sender, issuer)
  if (sender === 'technical') {
    return 'Add the scope to the "authorities" in xs-security.json, update the XSUAA instance, and get a new token.'
  }
  const landscape = attachedLandscape()
  if (landscape) {
    const names = landscape.users.map(({ name }) => name)
    return (
      unknownUser(logonName, names) +
      'Add one of them to the "roles" of the user in cds.requires.auth.users, and get a new token.'
    )
  }
  return (
    'Give the user a role collection with the role, and log on again: a token keeps the scopes that it was issued with. ' +
    'If the scope is new in xs-security.json, update the XSUAA instance first.'
  )
}

/** Says that a user is not configured. In development, anybody can log on: a misspelt name is a user without roles. */
function unknownUser(name: unknown, known: readonly string[]): string {
  if (typeof name !== 'string' || known.includes(name)) return ''
  const near = nearestName(name, known)
  const question = near === undefined ? '' : `: did you mean "${printable(near)}"?`
  return `There is no user "${printable(name)}" in cds.requires.auth.users${question || '.'} `
}

/** Returns the next step where no scope of XSUAA would help. */
function stepElsewhere(sender: Sender, issuer: string): string {
  const who = sender === 'named' ? 'user' : 'client'
  if (issuer !== 'ias') {
    return `Give the ${who} a role or group that the issuer and cds.requires.auth.issuers.${issuer}.roles turn into it.`
  }
  return sender === 'named'
    ? 'Assign a policy that has it (@sap/ams), or add it in a middleware.'
    : 'In Identity Authentication, provide an API of that name, and let the application of the client consume it.'
}

/** Returns the next step for a technical token of another application that lacks a scope. @internal */
export function grantAdvice(scope: string, issuer: string): string {
  if (issuer !== 'xsuaa') return stepElsewhere('foreign', issuer)
  return (
    `In xs-security.json, add to the scope ${scope}: ` +
    '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], ' +
    'update the service instance, and let the caller get a new token.'
  )
}

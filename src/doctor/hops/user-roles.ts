import { ownServices, requiredRolesOf, type RestrictedPlace } from '../../restrictions/describe.js'
import { usedNames } from '../../restrictions/names/used.js'
import { isOfCap } from '../../restrictions/names/known.js'
import type { Model } from '../../restrictions/model/definition.js'
import type { Facts } from '../facts.js'
import { broken, doubtful, type Finding, right, unseen } from '../row.js'
import { descriptorOf, loadModel } from './roles.js'
import type { Session } from './calls/session.js'

/** Roles that every user with a token has. */
const PSEUDO = ['any', 'authenticated-user', 'identified-user', 'system-user', 'internal-user']

/** Roles that open a service to every user with a token. */
const OF_EVERY_USER = ['any', 'authenticated-user', 'identified-user']

const ASSIGN =
  'Assign a role collection (XSUAA) or a policy (AMS) with one of them to the user, and get a new token.'

/** Compares the roles of the model, or else those of `xs-security.json`, with those that the token really has. */
export async function tokenRoleFindings(
  session: Session | undefined,
  facts: Facts
): Promise<Finding[]> {
  if (!session) return []
  const model = await loadModel()
  const asked = model ? rolesOf(model as Model) : declaredRoles(facts)
  if (!asked.length) return []
  const where = model ? 'the model' : 'xs-security.json'
  const held = asked.filter((each) => session.roles.includes(each))
  if (held.length) return [right('your token', `has ${held.join(', ')} of the roles in ${where}`)]
  if (facts.auth.ams && session.issuer === 'ias') {
    const cause = 'its roles come from policies (AMS), which the application reads for each request'
    return [unseen('your token', cause, 'Look at the policies of the user.')]
  }
  const isNeeded = !model || ownServices(model as Model).every(asksForRole)
  return [
    (isNeeded ? broken : doubtful)('your token', `it has none of the roles in ${where}`, ASSIGN, {
      sent: 'none of them',
      expected: asked.join(', '),
      code: 'ERR_ROLE_MISSING'
    })
  ]
}

/** True for a service that is not open to every user. */
function asksForRole({ definition }: RestrictedPlace): boolean {
  const roles = requiredRolesOf(definition)
  return roles.length > 0 && !roles.some((role) => OF_EVERY_USER.includes(role))
}

function rolesOf(model: Model): string[] {
  const names = usedNames(model)
    .filter(({ kind, name }) => kind === 'role' && !PSEUDO.includes(name) && !isOfCap(name))
    .map(({ name }) => name)
  return [...new Set(names)].sort()
}

function declaredRoles(facts: Facts): string[] {
  const { scopes = [] } = descriptorOf(facts) ?? {}
  const names = scopes.map(({ name = '' }) => name.replace(/^\$XSAPPNAME\./, ''))
  return names.filter((name) => name && !isOfCap(name))
}

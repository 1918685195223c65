import { usedNames } from '../../restrictions/names/used.js'
import { isOfCap } from '../../restrictions/names/known.js'
import type { Model } from '../../restrictions/model/definition.js'
import type { Facts } from '../facts.js'
import { broken, type Finding, right } from '../row.js'
import { descriptorOf, loadModel } from './roles.js'
import type { Session } from './calls/session.js'

/** Roles that every user with a token has. */
const PSEUDO = ['any', 'authenticated-user', 'identified-user', 'system-user', 'internal-user']

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
  return [
    broken('your token', `it has none of the roles in ${where}`, ASSIGN, {
      sent: 'none of them',
      expected: asked.join(', '),
      code: 'ERR_ROLE_MISSING'
    })
  ]
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

import { usedNames } from '../../restrictions/names/used.js'
import { isOfCap } from '../../restrictions/names/known.js'
import type { Model } from '../../restrictions/model/definition.js'
import { loadModel } from './roles.js'
import { broken, type Finding, right } from '../row.js'
import type { Session } from './session.js'

/** Roles that every user with a token has. */
const PSEUDO = ['any', 'authenticated-user', 'identified-user', 'system-user', 'internal-user']

/** Compares the roles of the model with those that the token really has. */
export async function tokenRoleFindings(session: Session | undefined): Promise<Finding[]> {
  const model = session && (await loadModel())
  if (!model) return []
  const names = usedNames(model as Model)
    .filter(({ kind, name }) => kind === 'role' && !PSEUDO.includes(name) && !isOfCap(name))
    .map(({ name }) => name)
  const asked = [...new Set(names)].sort()
  if (!asked.length) return []
  const held = asked.filter((each) => session.roles.includes(each))
  if (held.length) return [right('your token', `has ${held.join(', ')} of the roles in the model`)]
  const fix =
    'Assign a role collection with one of them to the user (BTP cockpit, Security > Users), and get a new token.'
  return [
    broken('your token', 'it has none of the roles in the model', fix, {
      sent: 'none of them',
      expected: asked.join(', '),
      code: 'ERR_ROLE_MISSING'
    })
  ]
}

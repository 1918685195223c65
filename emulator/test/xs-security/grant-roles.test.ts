import { grantRoles, type Holder } from '../../src/xs-security/grant-roles.js'
import { parseDescriptor } from '../../src/xs-security/parse-descriptor.js'

const alice: Holder = { name: 'alice', roles: ['Technician'], values: new Map() }

/** The message about the unknown role, where xs-security.json has these. */
function refusal(...names: string[]): string {
  const templates = names.map((name) => ({ name, 'scope-references': [] }))
  const content = { xsappname: 'plant', 'role-templates': templates }
  try {
    grantRoles(alice, parseDescriptor(content, 'xs-security.json'))
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('the role is known')
}

test('an unknown role: the message names the command that adds those of the model', () => {
  expect(refusal()).toBe(
    'user "alice" has the unknown role "Technician": xs-security.json has the role templates and role collections (none); ' +
      '"cds add principal" adds the roles of a CAP model'
  )
})

test('an unknown role that is nearly a known one: the message has the known one', () => {
  expect(refusal('Technicians')).toBe(
    'user "alice" has the unknown role "Technician" (did you mean "Technicians"?): ' +
      'xs-security.json has the role templates and role collections Technicians'
  )
})

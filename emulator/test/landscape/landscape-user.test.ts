import { createUsers } from '../../src/landscape/landscape-user.js'
import { parseDescriptor } from '../../src/xs-security/parse-descriptor.js'
import type { MockUser } from '../../src/index.js'
import { xsSecurity } from '../support/maintenance.js'

const descriptor = parseDescriptor(xsSecurity, 'x')

const applications = new Map()
const subaccount = { descriptor, applications }

const create = (user: unknown, isDescribed = true) =>
  createUsers(
    { alice: user as MockUser },
    isDescribed ? subaccount : { descriptor: undefined, applications },
    'tenant'
  ).get('alice')

it('true is a user without roles, false is none', () => {
  const users = createUsers({ '*': true, a: false, b: true }, subaccount, 'tenant')
  expect([...users.keys()]).toEqual(['b'])
  expect(users.get('b')).toMatchObject({ roles: [], scopes: [] })
})

it.each([
  ['a string is the password', 'secret', { password: 'secret', roles: [] }],
  ['an empty password is none', { password: '' }, { password: undefined }],
  ['roles as an object', { roles: { Viewer: 1, Technician: 0 } }, { roles: ['Viewer'] }],
  ["CAP's own roles need no template", { roles: ['authenticated-user', 'any'] }, { scopes: [] }],
  ['a tenant', { tenant: 't1' }, { tenant: 't1' }],
  ['no tenant', {}, { tenant: 'tenant', email: 'alice@example.com', givenName: 'Alice' }],
  [
    'personal data from attributes',
    { attr: { email: 'a@b.c', givenName: 'Al', familyName: 'Ice' } },
    { email: 'a@b.c', givenName: 'Al', familyName: 'Ice', attributes: {} }
  ],
  [
    'roles are merged',
    { roles: ['Viewer', 'Technician', 'Maintenance Boss'], attr: { plant: [1010, null], x: 'y' } },
    {
      scopes: ['$XSAPPNAME.Viewer', '$XSAPPNAME.Technician', '$XSAPPNAME.Supervisor'],
      attributes: { plant: ['1010'] },
      roleCollections: ['Maintenance Boss']
    }
  ],
  ['an empty attribute is none', { roles: ['Viewer'], attr: { plant: [] } }, { attributes: {} }],
  ['a null attribute is none', { roles: ['Viewer'], attr: { plant: null } }, { attributes: {} }]
])('%s', (_, user, expected) => {
  expect(create(user)).toMatchObject(expected)
})

it('uses default values where the user has none', () => {
  const withDefaults = parseDescriptor(
    {
      ...xsSecurity,
      'role-templates': [
        { name: 'A', 'attribute-references': [{ name: 'plant', 'default-values': ['1'] }] },
        { name: 'B', 'attribute-references': [{ name: 'plant', 'default-values': ['2', '1'] }] }
      ],
      'role-collections': []
    },
    'x'
  )
  const users = createUsers(
    { a: { roles: ['A', 'B'] }, b: { roles: ['A'], attr: { plant: '3' } } },
    { descriptor: withDefaults, applications },
    'tenant'
  )
  expect(users.get('a')?.attributes).toEqual({ plant: ['1', '2'] })
  expect(users.get('b')?.attributes).toEqual({ plant: ['3'] })
})

it('gives users the attributes that they have values for by role templates without scopes', () => {
  const generated = parseDescriptor(
    {
      ...xsSecurity,
      attributes: [
        { name: 'plant', valueType: 'string' },
        { name: 'customerId', valueType: 'string' }
      ],
      'role-templates': [
        { name: 'Viewer', 'scope-references': ['$XSAPPNAME.Viewer'], 'attribute-references': [] },
        {
          name: 'userattributes',
          'attribute-references': ['plant', { name: 'customerId', 'default-values': ['0'] }]
        }
      ],
      'role-collections': []
    },
    'x'
  )
  const users = createUsers(
    { a: { roles: ['Viewer'], attr: { plant: '1010', other: 'x' } }, b: { roles: ['Viewer'] } },
    { descriptor: generated, applications },
    'tenant'
  )
  expect(users.get('a')).toMatchObject({
    scopes: ['$XSAPPNAME.Viewer'],
    attributes: { plant: ['1010'] }
  })
  expect(users.get('b')?.attributes).toEqual({})
})

it('without xs-security.json every role is a scope, and every attribute comes through', () => {
  expect(create({ roles: ['Boss'], attr: { any: 'x' } }, false)).toMatchObject({
    scopes: ['$XSAPPNAME.Boss'],
    attributes: { any: ['x'] }
  })
})

it.each([
  [
    { roles: ['Techniker'] },
    '(did you mean "Technician"?): xs-security.json has the role templates'
  ],
  [{ roles: ['Zzzzzz'] }, 'Viewer, Technician, Supervisor, Maintenance Boss'],
  [{ roles: 'Viewer' }, 'roles must be an array of strings'],
  [{ roles: [7] }, 'roles must be strings'],
  [{ attr: { plant: { a: 1 } } }, 'attr.plant must be a string, number or boolean'],
  [{ tenant: 'a.b/c' }, 'tenant must be letters, digits and "-"'],
  [{ password: 7 }, 'password must be a string'],
  [null, 'must be an object']
])('%j is refused', (user, message) => {
  expect(() => create(user)).toThrow(
    expect.objectContaining({
      code: 'ERR_EMULATOR_USERS',
      message: expect.stringContaining(message)
    })
  )
})

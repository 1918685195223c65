import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closest } from '../../../../src/emulator/xs-security/closest.js'
import { parseDescriptor } from '../../../../src/emulator/xs-security/parse-descriptor.js'
import { readDescriptor } from '../../../../src/emulator/xs-security/read-descriptor.js'
import { xsSecurity } from '../support/maintenance.js'

const role = (template: object) => ({
  scopes: [{ name: '$XSAPPNAME.Viewer' }],
  attributes: [{ name: 'plant' }],
  'role-templates': [{ name: 'Viewer', ...template }]
})

it('reads scopes, templates, collections and validity', () => {
  const descriptor = parseDescriptor(
    {
      ...xsSecurity,
      authorities: ['$ACCEPT_GRANTED_AUTHORITIES', '$XSAPPNAME.Viewer', 'other!b1.Scope'],
      'oauth2-configuration': { 'token-validity': 900, 'grant-types': ['password'] }
    },
    'fallback'
  )
  expect(descriptor).toMatchObject({
    xsappname: 'maintenance',
    authorities: ['$XSAPPNAME.Viewer'],
    tokenValidity: 900,
    refreshTokenValidity: 604_800,
    grantTypes: ['password']
  })
  expect([...descriptor.roleTemplates.keys()]).toEqual(['Viewer', 'Technician', 'Supervisor'])
  expect(descriptor.roleCollections.get('Maintenance Boss')).toEqual(['Supervisor'])
})

it('takes the file without sections, and attribute references with defaults', () => {
  expect(parseDescriptor({}, 'fallback')).toMatchObject({ xsappname: 'fallback' })
  const references = [{ name: 'plant', 'default-values': ['1010'] }]
  const { roleTemplates } = parseDescriptor(role({ 'attribute-references': references }), 'x')
  expect(roleTemplates.get('Viewer')?.attributes.get('plant')).toEqual(['1010'])
})

it.each([
  [[], '$ must be an object'],
  [null, '$ must be an object'],
  [{ xsappname: 'a b' }, 'xsappname must have at most 100 letters'],
  [{ xsappname: 7 }, 'xsappname must be a string that is not empty'],
  [{ scopes: {} }, 'scopes must be an array'],
  [{ scopes: ['Viewer'] }, 'scopes[0] must be an object'],
  [{ scopes: [{ name: 'Viewer' }] }, 'scopes[0].name "Viewer" must start with "$XSAPPNAME."'],
  [
    { scopes: [{ name: '$XSAPPNAME.A' }, { name: '$XSAPPNAME.A' }] },
    'scopes[1].name "$XSAPPNAME.A" is there twice: remove one of them'
  ],
  [
    role({ 'scope-references': ['$XSAPPNAME.Veiwer'] }),
    'role-templates[0].scope-references[0] names "$XSAPPNAME.Veiwer", which is not among the scopes: did you mean "$XSAPPNAME.Viewer"?'
  ],
  [
    role({ 'attribute-references': [{ name: 'country' }] }),
    'role-templates[0].attribute-references[0].name names "country", which is not among the attributes: add it to "attributes"'
  ],
  [
    { 'role-collections': [{ name: 'C', 'role-template-references': ['$XSAPPNAME.Boss'] }] },
    'role-collections[0].role-template-references[0] names "Boss", which is not among the role-templates'
  ],
  [
    { 'oauth2-configuration': { 'token-validity': 5 } },
    'oauth2-configuration.token-validity must be a whole number of seconds from 60 to 86400'
  ],
  [{ authorities: ['$XSAPPNAME.X'] }, 'authorities[0] names "$XSAPPNAME.X"']
])('%j is refused with its path', (content, message) => {
  expect(() => parseDescriptor(content, 'x')).toThrow(
    expect.objectContaining({
      name: 'EmulatorError',
      code: 'ERR_EMULATOR_XS_SECURITY',
      message: expect.stringContaining(`xs-security.json: ${message}`)
    })
  )
})

describe('file', () => {
  let root: string
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'emulator-'))))
  afterEach(() => rmSync(root, { recursive: true }))

  it('is optional', () => {
    const { xsappname, descriptor } = readDescriptor(root, undefined)
    expect(descriptor).toBeUndefined()
    expect(root).toContain(xsappname)
  })

  it('is read with a byte order mark', () => {
    writeFileSync(join(root, 'xs-security.json'), '\uFEFF{"xsappname":"app"}')
    expect(readDescriptor(root, undefined).xsappname).toBe('app')
  })

  it('must be JSON', () => {
    writeFileSync(join(root, 'xs-security.json'), '{ "xsappname": }')
    expect(() => readDescriptor(root, undefined)).toThrow(/^xs-security.json is not JSON: /)
  })
})

it.each([
  ['Techniker', 'Technician'],
  ['viewer', 'Viewer'],
  ['Zzzzzz', undefined],
  ['', undefined]
])('closest to %j is %j', (name, expected) => {
  expect(closest(name, ['Viewer', 'Technician', 'Supervisor'])).toBe(expected)
})

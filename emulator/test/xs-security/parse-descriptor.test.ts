import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closest } from '../../src/xs-security/closest.js'
import { parseDescriptor } from '../../src/xs-security/parse-descriptor.js'
import { readDescriptor, readOtherDescriptor } from '../../src/xs-security/read-descriptor.js'
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
    tenantMode: 'shared',
    authorities: [
      { kind: 'granted' },
      { kind: 'own', scope: '$XSAPPNAME.Viewer' },
      { kind: 'plain', scope: 'other!b1.Scope' }
    ],
    oauth2: { tokenValidity: 900, refreshTokenValidity: 604_800, grantTypes: ['password'] }
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

it('reads the rest of oauth2-configuration, and leaves alone what it does not know', () => {
  const { oauth2, attributes } = parseDescriptor(
    {
      xsappname: 'app',
      'some-extension': {},
      attributes: [{ name: 'level', valueType: 'int', valueRequired: false }, { name: 'plant' }],
      'oauth2-configuration': {
        'redirect-uris': ['https://*.cfapps.eu10.hana.ondemand.com/**', 'http://localhost:5000/**'],
        'credential-types': ['x509', 'binding-secret'],
        'system-attributes': ['rolecollections'],
        allowedproviders: ['sap.custom']
      }
    },
    'x'
  )
  expect(Object.fromEntries(attributes)).toEqual({
    level: { valueType: 'int', valueRequired: false },
    plant: { valueType: 'string', valueRequired: true }
  })
  expect(oauth2).toMatchObject({
    redirectUris: ['https://*.cfapps.eu10.hana.ondemand.com/**', 'http://localhost:5000/**'],
    credentialTypes: ['x509', 'binding-secret'],
    systemAttributes: ['rolecollections'],
    allowedProviders: ['sap.custom'],
    grantTypes: undefined
  })
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
  [{ authorities: ['$XSAPPNAME.X'] }, 'authorities[0] names "$XSAPPNAME.X"'],
  [{ 'role-template': [] }, 'role-template is not known: did you mean "role-templates"?'],
  [{ oauth2_configuration: {} }, 'oauth2_configuration is not known: did you mean'],
  [
    { 'tenant-mode': 'share' },
    'tenant-mode is "share": did you mean "shared"? Use one of dedicated, shared, external'
  ],
  [{ xsenableasyncservice: 'yes' }, 'xsenableasyncservice must be true or false'],
  [
    { scopes: [{ name: '$XSAPPNAME.A', 'granted-app': ['x'] }] },
    'scopes[0].granted-app is not known: did you mean "granted-apps"?'
  ],
  [
    { scopes: [{ name: '$XSAPPNAME.A', 'granted-apps': ['$XSAPPNAME(orders)'] }] },
    'scopes[0].granted-apps[0] names "$XSAPPNAME(orders)": use "$XSAPPNAME(application,<xsappname>)"'
  ],
  [
    { attributes: [{ name: 'plant', valueType: 'integer' }] },
    'attributes[0].valueType is "integer": did you mean "int"?'
  ],
  [
    { attributes: [{ name: 'plant', valueRequired: 'no' }] },
    'attributes[0].valueRequired must be true or false'
  ],
  [
    role({ 'scope-reference': ['$XSAPPNAME.Viewer'] }),
    'role-templates[0].scope-reference is not known: did you mean "scope-references"?'
  ],
  [
    role({ 'attribute-references': [{ name: 'plant', 'default-value': [] }] }),
    'role-templates[0].attribute-references[0].default-value is not known: did you mean "default-values"?'
  ],
  [
    { 'foreign-scope-references': ['$ACCEPT_GRANTED_SCOPE'] },
    'foreign-scope-references[0] names "$ACCEPT_GRANTED_SCOPE": use "$ACCEPT_GRANTED_SCOPES"'
  ],
  [
    { 'oauth2-configuration': { 'grant-types': ['passwort'] } },
    'oauth2-configuration.grant-types[0] is "passwort": did you mean "password"?'
  ],
  [
    { 'oauth2-configuration': { 'redirect-uris': ['http://app.example/**'] } },
    'oauth2-configuration.redirect-uris[0] is "http://app.example/**": a redirect URI starts with https://'
  ],
  [
    { 'oauth2-configuration': { 'credential-types': ['x.509'] } },
    'oauth2-configuration.credential-types[0] is "x.509": did you mean "x509"?'
  ],
  [
    { 'oauth2-configuration': { 'system-attributes': ['group'] } },
    'oauth2-configuration.system-attributes[0] is "group": did you mean "groups"?'
  ],
  [
    { 'oauth2-configuration': { 'refresh-token-validity': '60' } },
    'oauth2-configuration.refresh-token-validity must be a whole number of seconds'
  ]
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

  it('of another application is named in what is wrong with it', () => {
    writeFileSync(join(root, 'orders.json'), '{"scopes":[{"name":"Viewer"}]}')
    const read = (given: object | string) => () => readOtherDescriptor(root, 'orders', given)
    expect(read('orders.json')).toThrow('orders.json: scopes[0].name "Viewer" must start with')
    expect(read('gone.json')).toThrow('applications.orders.xsSecurity: there is no file gone.json')
    expect(read({ scopes: {} })).toThrow('applications.orders.xsSecurity: scopes must be an array')
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

it.each([true, false, 'true', 'false'])(
  'xsenableasyncservice can be %j',
  (xsenableasyncservice) => {
    expect(() => parseDescriptor({ xsenableasyncservice }, 'x')).not.toThrow()
  }
)

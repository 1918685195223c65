import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { importLandscape } from '../../src/import/import-landscape.js'
import { CANARIES, FRAGMENTS, writeExports } from './exports.js'

const folder = writeExports()
const file = (name: string) => join(folder, name)
const exports = {
  destinations: [file('destinations.json'), file('LEGACY.properties')],
  vcap: file('env.txt'),
  xsSecurity: file('xs-security.json'),
  mta: file('mta.yaml')
}

afterAll(() => rmSync(folder, { recursive: true }))

test('no secret, host, user and address survives', () => {
  const text = JSON.stringify(importLandscape(exports))
  for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary)
  expect(text).not.toMatch(FRAGMENTS)
})

test('names, types and properties of destinations stay, and equal hosts are replaced equally', () => {
  const { destinations, onPremise, cloudConnectors } = importLandscape(exports).landscape
  expect(destinations).toEqual({
    S4: {
      Type: 'HTTP',
      URL: 'http://system-1.internal:44300/sap/opu/odata/sap',
      Authentication: 'PrincipalPropagation',
      ProxyType: 'OnPremise',
      'sap-client': '100',
      'HTML5.DynamicDestination': 'true',
      WebIDEUsage: 'odata_abap,dev_abap'
    },
    S4_TECHNICAL: {
      Type: 'HTTP',
      URL: 'http://system-1.internal:44300',
      Authentication: 'BasicAuthentication',
      ProxyType: 'OnPremise',
      User: 'emulated-user-name-1',
      Password: 'emulated-secret-1',
      CloudConnectorLocationId: 'DC2'
    },
    'partner-api': {
      Type: 'HTTP',
      URL: 'https://host-1.invalid/hooks',
      Authentication: 'OAuth2ClientCredentials',
      ProxyType: 'Internet',
      clientId: 'sb-orders!t1',
      tokenServiceURL: 'https://host-2.invalid/oauth/token',
      tokenServiceURLType: 'Dedicated',
      'URL.headers.x-api-key': 'emulated-secret-2',
      'URL.queries.sap-client': '200',
      contact: 'emulated-unknown-value-1',
      pinOfTheDoor: 'emulated-unknown-value-2',
      proxyAddress: 'emulated-unknown-value-3',
      unheardOf: 'emulated-unknown-value-4'
    },
    RFC_S4: {
      Type: 'RFC',
      ProxyType: 'OnPremise',
      'jco.client.ashost': 'emulated-host-1',
      'jco.client.user': 'emulated-user-name-1',
      'jco.client.passwd': 'emulated-secret-1',
      'jco.client.client': '100'
    },
    saml: expect.objectContaining({
      Authentication: 'OAuth2SAMLBearerAssertion',
      audience: 'emulated-identifier-1',
      authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:X509',
      KeyStoreLocation: 'store-1.p12'
    }) as unknown,
    LEGACY: expect.objectContaining({
      URL: 'http://system-2.internal:8000/sap/bc/ping',
      Authentication: 'emulated-unknown-value-6'
    }) as unknown,
    'orders-api': expect.objectContaining({
      Authentication: 'NoAuthentication',
      forwardAuthToken: true
    }) as unknown
  })
  expect(onPremise).toEqual({
    'system-1.internal:44300': { edmx: [] },
    'system-2.internal:8000': { edmx: [] }
  })
  expect(cloudConnectors).toEqual({ DC2: { 'system-1.internal:44300': { edmx: [] } } })
})

test('the kinds of bindings and the security descriptor stay, with users for its roles', () => {
  const { landscape } = importLandscape(exports)
  expect(landscape).toMatchObject({
    credentialTypes: { xsuaa: 'x509', destination: 'x509' },
    jobScheduler: { instance: 'orders-jobs' },
    credentialStore: { authentication: 'oauth:mtls' },
    users: { alice: { roles: ['Orders Viewer'] }, bob: {} },
    xsSecurity: {
      xsappname: 'orders',
      scopes: [
        { name: '$XSAPPNAME.Viewer' },
        {
          name: '$XSAPPNAME.Job',
          'grant-as-authority-to-apps': ['$XSSERVICENAME(orders-jobs)']
        }
      ],
      'oauth2-configuration': {
        'redirect-uris': ['http://localhost:*/**'],
        'token-validity': 900
      }
    }
  })
})

test('default values of attributes stay if they are codes, and what the descriptor has besides is reported', () => {
  const { landscape, replaced } = importLandscape(exports)
  const references = [{ name: 'plant', 'default-values': ['1010', 'name-1', 'name-2'] }]
  expect(landscape).toMatchObject({
    xsSecurity: { 'role-templates': [{ 'attribute-references': references }] }
  })
  const place = 'xsSecurity.role-templates[0].attribute-references[0].default-values'
  expect(replaced).toEqual(
    expect.arrayContaining([
      { place: `${place}[1]`, kind: 'host', by: 'name-1' },
      { place: `${place}[2]`, kind: 'unknown value', by: 'name-2' },
      { place: 'xsSecurity.description', kind: 'text' },
      { place: 'xsSecurity.x-note', kind: 'unknown value' },
      { place: 'xsSecurity: a property whose name is not one', kind: 'unknown value' }
    ])
  )
})

test('the report names each replaced property, with the kind of its value', () => {
  const { replaced } = importLandscape(exports)
  expect(replaced).toEqual(
    expect.arrayContaining([
      { place: 'destinations.S4.URL', kind: 'host', by: expect.any(String) as unknown },
      { place: 'destinations.S4_TECHNICAL.Password', kind: 'secret', by: 'emulated-secret-1' },
      { place: 'destinations.partner-api.clientSecret', kind: 'secret' },
      {
        place: 'destinations.partner-api.pinOfTheDoor',
        kind: 'unknown value',
        by: expect.any(String) as unknown
      },
      {
        place: 'xsSecurity.oauth2-configuration.redirect-uris',
        kind: 'host',
        by: 'http://localhost:*/**'
      }
    ])
  )
})

test('the parts that the emulator cannot do are listed', () => {
  const { limits } = importLandscape(exports)
  expect(limits).toEqual(
    expect.arrayContaining([
      'service "hana" is not emulated',
      'service "html5-apps-repo" is not emulated',
      'destination "RFC_S4": type RFC has its configuration, and no connection',
      'destination "partner-api": nothing answers at its URL: write one of your own',
      'destination "saml": its tokenServiceURL has to be a token service on this machine',
      'destination "LEGACY": the emulator does not know its authentication type',
      expect.stringMatching(/^system system-1.internal:44300 has no services: add/)
    ])
  )
})

test.each([
  ['destinations', { destinations: [file('broken')] }, '--destinations'],
  ['vcap', { vcap: file('broken') }, '--vcap'],
  ['xs-security', { xsSecurity: file('broken') }, '--xs-security'],
  ['mta', { mta: file('broken.yaml') }, '--mta']
])('the error about a broken file of %s has nothing of its content', (_, options, name) => {
  writeFileSync(file('broken'), `{ "Password": "${CANARIES.password}" "${CANARIES.token}`)
  writeFileSync(file('broken.yaml'), `a: [${CANARIES.password}\n  b: "${CANARIES.token}`)
  expect.assertions(4)
  try {
    importLandscape(options)
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_EMULATOR_OPTIONS' })
    const { message, stack = '', cause } = error as Error
    expect(message).toContain(name)
    expect(`${message} ${stack}`).not.toMatch(FRAGMENTS)
    expect(cause).toBeUndefined()
  }
})

test('without any file, the options are named', () => {
  expect(() => importLandscape({})).toThrow('--destinations, --vcap, --xs-security and --mta')
})

import { type DestinationConfiguration, getDestination } from '@sap-cloud-sdk/connectivity'

import { parseDestination } from '../../../../src/destination/look-up/parse.js'

const configuration: DestinationConfiguration = {
  Name: 'D',
  Type: 'HTTP',
  URL: 'https://backend.example',
  ProxyType: 'PrivateLink',
  Authentication: 'BasicAuthentication',
  User: 'user',
  Password: 'secret',
  'sap-client': '100',
  CloudConnectorLocationId: 'plant',
  TrustAll: 'TRUE',
  KeyStoreLocation: 'key.p12',
  KeyStorePassword: 'secret',
  SystemUser: 'system',
  'x_user_token.jwks': 'keys',
  'x_user_token.jwks_uri': 'https://keys.example',
  'HTML5.ForwardAuthToken': 'true',
  'URL.headers.apikey': 'key',
  'URL.queries.sap-language': 'EN'
}

afterEach(() => {
  delete process.env['destinations']
})

test('it is what the Cloud SDK makes of the same configuration', async () => {
  process.env['destinations'] = JSON.stringify([configuration])
  const stock = await getDestination({ destinationName: 'D' })
  const { originalProperties: _, ...own } = await parseDestination({
    destinationConfiguration: configuration
  })
  expect(stock).toMatchObject(own)
  const { originalProperties: __, ...other } = stock!
  expect(Object.keys(own).toSorted()).toEqual(Object.keys(other).toSorted())
})

test('the copy of the configuration in it has no secret', async () => {
  const secrets = { clientSecret: 's', tokenServicePassword: 's', clientId: 'c' }
  const destination = await parseDestination({
    destinationConfiguration: { ...configuration, ...secrets }
  })
  const { destinationConfiguration } = destination.originalProperties as Record<string, object>
  expect(destinationConfiguration).toMatchObject({ Name: 'D', clientId: 'c' })
  expect(JSON.stringify(destination.originalProperties)).not.toMatch(/"s"|secret/i)
})

test('tokens and certificates', async () => {
  const entry = {
    type: 'bearer',
    value: 'v',
    expires_in: '60',
    http_header: { key: 'k', value: 'v' }
  }
  const destination = await parseDestination({
    destinationConfiguration: configuration,
    authTokens: [entry as never],
    certificates: [{ Name: 'key.p12', Content: 'YQ==', Type: 'CERTIFICATE' }]
  })
  expect(destination).toMatchObject({
    authTokens: [{ value: 'v', expiresIn: '60', error: null }],
    certificates: [{ name: 'key.p12', content: 'YQ==', type: 'CERTIFICATE' }]
  })
})

import { storeClient } from '../../../../../src/delegation/keys/credential-store/client.js'
import { ConfigurationError } from '../../../../../src/errors.js'

const url = 'https://credstore.example/api/v1/credentials'
const certificate = { certificate: 'PEM', key: 'secret-key' }
const client = (credentials?: object) => storeClient('cds.requires.keys', credentials)

test.each<[string, object, object]>([
  ['mtls', certificate, certificate],
  [
    'oauth:mtls',
    { ...certificate, username: 'id', oauth_token_url: 'https://auth.example/token' },
    { ...certificate, clientId: 'id', tokenUrl: 'https://auth.example/token' }
  ],
  ['basic', { username: 'id', password: 'pw' }, { username: 'id', password: 'pw' }]
])('%s', (type, credentials, logOn) => {
  const encryption = { client_private_key: 'MII' }
  const expected = { url, logOn: { type, ...logOn }, decryptionKey: 'MII' }
  expect(client({ url, encryption, ...credentials })).toEqual(expected)
  // as in a Kubernetes secret, where everything is text
  expect(client({ url, encryption: JSON.stringify(encryption), ...credentials })).toEqual(expected)
})

test.each<[string, object | undefined, RegExp]>([
  ['no binding', undefined, /keys has no credentials: bind an instance of the SAP Credential/],
  ['no URL', certificate, /keys\.credentials\.url is no https URL/],
  ['http', { ...certificate, url: 'http://x' }, /credentials\.url is no https URL/],
  [
    'credentials in the URL',
    { ...certificate, url: 'https://a:secret-key@x' },
    /url is no https URL/
  ],
  ['no way to log on', { url }, /neither "certificate" and "key" nor "username" and "password"/],
  ['a signed JWT', { url, private_key: 'secret-key' }, /"oauth:key" is not supported/],
  [
    'a token URL without TLS',
    { ...certificate, url, oauth_token_url: 'http://x' },
    /oauth_token_url/
  ]
])('%s stops the start, without a value in the message', (_, credentials, message) => {
  expect(() => client(credentials)).toThrow(message)
  expect(() => client(credentials)).toThrow(ConfigurationError)
  expect(() => client(credentials)).not.toThrow(/secret-key/)
})

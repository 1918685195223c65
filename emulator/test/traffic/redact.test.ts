import { redact } from '../../src/traffic/redact.js'

const valueOf = (name: string) => redact([[name, 'canary']]).values[name]

test.each([
  ...['authorization', 'sap-connectivity-authentication', 'x-user-token', 'x-jwt-assertion', 'jwt'],
  ...['apikey', 'api-key', 'api_key', 'x-api-key', 'APIKey', 'x-credential', 'user-credentials'],
  ...['session', 'sessionid', 'x-session-id', 'cookie', 'password', 'client_secret', 'code'],
  ...['ssl_client_cert', 'x-forwarded-client-cert', 'code_verifier', 'SAMLResponse']
])('the value of %s is not on record', (name) => {
  expect(valueOf(name)).toBe('…')
})

test.each([
  ...['token_format', 'token_type_hint', 'requested_token_type', 'x-csrf-token'],
  ...['x-sap-security-session', 'grant_type', 'sap-client', 'x-correlation-id', 'accept', 'key']
])('the value of %s is on record', (name) => {
  expect(valueOf(name)).toBe('canary')
})

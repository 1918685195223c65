import type { Emulator } from '../../../../emulator/src/index.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { CALLBACK, logOnAt, startXsuaa } from './log-on.js'

const client = requireNative('openid-client') as typeof import('openid-client')

let landscape: FidelityLandscape
let emulator: Emulator
beforeAll(async () => {
  landscape = await startXsuaa()
  emulator = landscape.emulator
})
afterAll(() => landscape.stop())

/** Knows nothing but the binding. */
function discovered(authentication = client.ClientSecretBasic) {
  const { url, clientid = '', clientsecret = '' } = credentials(emulator)
  const issuer = new URL(`${url}/oauth/token`)
  return client.discovery(issuer, clientid, undefined, authentication(clientsecret))
}

async function logOn(scope: string, more: Record<string, string> = {}) {
  const config = await discovered()
  const [pkceCodeVerifier, expectedState, expectedNonce] = [
    client.randomPKCECodeVerifier(),
    client.randomState(),
    client.randomNonce()
  ]
  const address = client.buildAuthorizationUrl(config, {
    ...{ redirect_uri: CALLBACK, scope, state: expectedState, nonce: expectedNonce },
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more
  })
  const callback = await logOnAt(emulator, address)
  return { config, callback, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
}

test('discovery by issuer: PKCE is announced, and how a client authenticates', async () => {
  const metadata = (await discovered()).serverMetadata()
  expect(metadata.issuer).toBe(`${credentials(emulator)['url']}/oauth/token`)
  expect(metadata.supportsPKCE()).toBe(true)
  expect(metadata.token_endpoint_auth_methods_supported).not.toContain('none')
})

test('log-on with PKCE, state and nonce: id token, user info, refresh', async () => {
  const { config, callback, checks } = await logOn('openid')
  const tokens = await client.authorizationCodeGrant(config, callback, {
    ...checks,
    idTokenExpected: true
  })
  const { sub = '', nonce } = tokens.claims() ?? {}
  expect(nonce).toBe(checks.expectedNonce)
  expect(await client.fetchUserInfo(config, tokens.access_token, sub)).toMatchObject({
    user_name: 'alice',
    email: 'alice@example.com'
  })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.claims()).toMatchObject({ sub, nonce })
})

test('scope at the log-on narrows the token', async () => {
  const { config, callback, checks } = await logOn('openid')
  const { scope, access_token } = await client.authorizationCodeGrant(config, callback, checks)
  expect(scope).toBe('openid')
  expect(claimsOf(access_token)).toMatchObject({ scope: ['openid'], user_name: 'alice' })
})

test.each([
  ['openid profile', {}, 'invalid_scope'],
  ['openid', { response_type: 'code id_token' }, 'unsupported_response_type']
])('a log-on with %j, %j is refused: %s', async (scope, more, error) => {
  const { config, callback, checks } = await logOn(scope, more)
  const refused = client.authorizationCodeGrant(config, callback, checks)
  await expect(refused).rejects.toMatchObject({ error })
})

test('prompt=none without a session: login_required, and no state', async () => {
  const { config, callback, checks } = await logOn('openid', { prompt: 'none' })
  const strict = client.authorizationCodeGrant(config, callback, checks)
  await expect(strict).rejects.toThrow(/"state" missing|invalid response/)
  expect(callback.searchParams.has('state')).toBe(false)
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so only to make it stand out: there is no state to check
  const lax = { ...checks, expectedState: client.skipStateCheck as never }
  const refused = client.authorizationCodeGrant(config, callback, lax)
  await expect(refused).rejects.toMatchObject({ error: 'login_required' })
})

test.each([
  ['ClientSecretBasic', client.ClientSecretBasic],
  ['ClientSecretPost', client.ClientSecretPost]
])('%s: technical token, password, exchange, and a wrong secret', async (_, authentication) => {
  const config = await discovered(authentication)
  const technical = await client.clientCredentialsGrant(config)
  expect(claimsOf(technical.access_token).grant_type).toBe('client_credentials')
  const password = { username: 'bob', password: 'builder' }
  const { access_token } = await client.genericGrantRequest(config, 'password', password)
  const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const assertion = { assertion: access_token }
  const exchanged = await client.genericGrantRequest(config, bearer, assertion)
  expect(claimsOf(exchanged.access_token).user_name).toBe('bob')
  const { clientid = '' } = credentials(emulator)
  const metadata = config.serverMetadata()
  const wrong = new client.Configuration(metadata, clientid, undefined, authentication('wrong'))
  const refused = client.clientCredentialsGrant(wrong)
  await expect(refused).rejects.toMatchObject({ status: 401 })
})

import type { Emulator } from '../../../../emulator/src/index.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import type { TestBrowser } from '../../../../emulator/test/authorize/browser.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { identityCredentials } from '../../../../emulator/test/support/identity.js'
import type { FidelityLandscape } from '../landscape.js'
import { CALLBACK, HOME, logOnAt, openBrowser, startIdentity } from './log-on.js'

const client = requireNative('openid-client') as typeof import('openid-client')

let landscape: FidelityLandscape
let emulator: Emulator
let browser: TestBrowser
beforeAll(async () => {
  landscape = await startIdentity()
  emulator = landscape.emulator
})
beforeEach(() => {
  browser = openBrowser(emulator)
})
afterAll(() => landscape.stop())

/** Knows nothing but the binding. */
function discovered(authentication = client.ClientSecretBasic) {
  const { url = '', clientid = '', clientsecret = '' } = identityCredentials(emulator)
  return client.discovery(new URL(url), clientid, undefined, authentication(clientsecret))
}

async function publicClient() {
  const { url = '', clientid = '' } = identityCredentials(emulator, 'desktop')
  return client.discovery(new URL(url), clientid, undefined, client.None())
}

type Configuration = Awaited<ReturnType<typeof discovered>>

async function logOn(config: Configuration, more: Record<string, string> = {}) {
  const [pkceCodeVerifier, expectedState, expectedNonce] = [
    client.randomPKCECodeVerifier(),
    client.randomState(),
    client.randomNonce()
  ]
  const address = client.buildAuthorizationUrl(config, {
    ...{ redirect_uri: CALLBACK, scope: 'openid', state: expectedState, nonce: expectedNonce },
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more
  })
  const callback = await logOnAt(address, browser)
  return { callback, checks: { pkceCodeVerifier, expectedState, expectedNonce } }
}

async function tokensOf(config: Configuration, more: Record<string, string> = {}) {
  const { callback, checks } = await logOn(config, more)
  const all = { ...checks, idTokenExpected: true }
  return client.authorizationCodeGrant(config, callback, all)
}

test('discovery, with all endpoints', async () => {
  const metadata = (await discovered()).serverMetadata()
  const { url } = identityCredentials(emulator)
  expect(metadata).toMatchObject({
    issuer: url,
    authorization_endpoint: `${url}/oauth2/authorize`,
    end_session_endpoint: `${url}/oauth2/logout`
  })
  expect(metadata.supportsPKCE()).toBe(true)
})

test('log-on with PKCE, state, nonce and issuer: id token and user info', async () => {
  const config = await discovered()
  const tokens = await tokensOf(config)
  const { sub = '', ...claims } = tokens.claims() ?? {}
  const { email } = claims as Record<string, unknown>
  expect(email).toBe('alice@example.com')
  const user = await client.fetchUserInfo(config, tokens.access_token, sub)
  expect(user).toMatchObject({ sub, email })
})

test('a refresh token is used once', async () => {
  const config = await discovered()
  const { refresh_token = '' } = await tokensOf(config)
  const refreshed = await client.refreshTokenGrant(config, refresh_token)
  expect(refreshed.claims()).toMatchObject({ email: 'alice@example.com' })
  expect(refreshed.refresh_token).not.toBe(refresh_token)
  const again = client.refreshTokenGrant(config, refresh_token)
  await expect(again).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('a public client has no secret: PKCE, and no further audience', async () => {
  const config = await publicClient()
  const tokens = await tokensOf(config)
  expect(tokens.claims()).toMatchObject({
    aud: identityCredentials(emulator, 'desktop')['clientid']
  })
  const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '')
  expect(refreshed.claims()).toMatchObject({ email: 'alice@example.com' })
  const technical = client.clientCredentialsGrant(config)
  await expect(technical).rejects.toMatchObject({ error: 'unauthorized_client' })
})

test('a code is worth nothing with another verifier', async () => {
  const config = await publicClient()
  const { callback, checks } = await logOn(config)
  const wrong = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
  const refused = client.authorizationCodeGrant(config, callback, wrong)
  await expect(refused).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('introspection and revocation', async () => {
  const config = await discovered()
  const { access_token, refresh_token = '' } = await tokensOf(config)
  expect(await client.tokenIntrospection(config, access_token)).toMatchObject({
    active: true,
    username: 'alice'
  })
  await client.tokenRevocation(config, refresh_token)
  expect(await client.tokenIntrospection(config, access_token)).toEqual({ active: false })
  const refused = client.refreshTokenGrant(config, refresh_token)
  await expect(refused).rejects.toMatchObject({ error: 'invalid_grant' })
})

test('log-out ends the session, and leads to a registered address', async () => {
  const config = await discovered()
  const { id_token = '' } = await tokensOf(config)
  const post_logout_redirect_uri = HOME
  const { pathname, search } = client.buildEndSessionUrl(config, {
    ...{ id_token_hint: id_token, post_logout_redirect_uri, state: 'bye' }
  })
  const { headers } = await browser.get(pathname + search)
  expect(headers.location).toBe(`${HOME}?state=bye`)
  const { callback, checks } = await logOn(config, { prompt: 'none' })
  const refused = client.authorizationCodeGrant(config, callback, checks)
  await expect(refused).rejects.toMatchObject({ error: 'login_required' })
})

test('technical token, password, exchanges (jwt-bearer, token-exchange)', async () => {
  const config = await discovered(client.ClientSecretPost)
  const technical = await client.clientCredentialsGrant(config)
  expect(claimsOf(technical.access_token)).toMatchObject({ sap_id_type: 'app' })
  const password = { username: 'bob', password: 'builder', token_format: 'opaque' }
  const { access_token, id_token = '' } = await client.genericGrantRequest(
    config,
    'password',
    password
  )
  const bearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
  const byBearer = await client.genericGrantRequest(config, bearer, { assertion: id_token })
  expect(byBearer.claims()).toMatchObject({ email: 'bob@example.com' })
  const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
  const byExchange = await client.genericGrantRequest(config, exchange, {
    subject_token: access_token,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token'
  })
  expect(byExchange.claims()).toMatchObject({ email: 'bob@example.com' })
})

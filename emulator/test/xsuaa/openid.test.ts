import { startEmulator, type Emulator } from '../../src/index.js'
import { parametersOf, CODE, TestBrowser, VERIFIER } from '../authorize/browser.js'
import { claimsOf, credentials, requestToken, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

let emulator: Emulator
beforeAll(async () => (emulator = await startEmulator(options)))
afterAll(() => emulator.stop())

const BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

async function logOn(parameters: Record<string, string> = {}) {
  const request = { grant_type: 'password', username: 'alice', ...parameters }
  return (await requestToken(emulator, request)).body
}

const named = (subdomain: string) => ({
  host: `${subdomain}.localhost:${new URL(emulator.url).port}`
})

describe('id token', () => {
  test('of a log-on: for the client, with its nonce, and with no scope of the application', async () => {
    const { id_token, access_token } = await logOn({ nonce: 'n-1' })
    const { clientid, tenantid } = credentials(emulator)
    const access = claimsOf(access_token)
    expect(claimsOf(id_token)).toEqual({
      ...{ iss: `${emulator.url}/oauth/token`, aud: [clientid], azp: clientid, cid: clientid },
      ...{ client_id: clientid, sub: access.sub, user_id: access.sub, user_name: 'alice' },
      ...{ email: 'alice@example.com', email_verified: true, origin: 'sap.default' },
      ...{ zid: tenantid, scope: ['openid'], grant_type: 'password', nonce: 'n-1' },
      ...{ iat: access.iat, exp: access.exp, auth_time: access.auth_time },
      ...{ jti: expect.any(String), rev_sig: access.rev_sig }
    })
    expect(claimsOf(id_token).jti).not.toBe(access.jti)
  })

  test('of a code: with the nonce of the authorization request, also when refreshed', async () => {
    const browser = new TestBrowser(emulator)
    const page = await browser.authorize({ nonce: 'n-2', scope: 'openid' })
    const { code = '' } = parametersOf(await browser.logOn(page, { username: 'alice' }))
    const { redirect_uri } = CODE
    const { body } = await requestToken(emulator, {
      ...{ grant_type: 'authorization_code', code, redirect_uri, code_verifier: VERIFIER }
    })
    const { refresh_token } = body
    const refreshed = await requestToken(emulator, { grant_type: 'refresh_token', refresh_token })
    for (const { id_token } of [body, refreshed.body]) {
      expect(claimsOf(id_token)).toMatchObject({
        nonce: 'n-2',
        grant_type: 'authorization_code',
        user_name: 'alice'
      })
    }
  })

  test('not without the scope, not of an exchange, not for a technical user', async () => {
    const { access_token: assertion } = await logOn({ nonce: 'n-3' })
    const { body: exchanged } = await requestToken(emulator, { grant_type: BEARER, assertion })
    const { body: technical } = await requestToken(emulator, { grant_type: 'client_credentials' })
    const narrow = await logOn({ scope: 'maintenance!t1.Viewer' })
    for (const body of [exchanged, technical, narrow]) {
      expect(body).toHaveProperty('access_token')
      expect(body).not.toHaveProperty('id_token')
    }
    expect(claimsOf(exchanged.access_token)).not.toHaveProperty('nonce')
  })

  test('at the host of the tenant: the issuer of its access tokens', async () => {
    const request = { grant_type: 'password', username: 'alice' }
    const { body } = await requestToken(emulator, request, named('maintenance'))
    expect(claimsOf(body.id_token).iss).toBe(claimsOf(body.access_token).iss)
  })
})

describe('metadata', () => {
  const PATH = '/.well-known/openid-configuration'
  const discover = async (base: string, headers = {}) =>
    (await send(`${emulator.url}${base}${PATH}`, { ca: emulator.ca, headers })).body

  test('below the token endpoint: the issuer is the address at which it was found', async () => {
    const url = `https://${named('maintenance').host}`
    expect(await discover('/oauth/token')).toMatchObject({
      issuer: `${emulator.url}/oauth/token`,
      userinfo_endpoint: `${emulator.url}/userinfo`
    })
    expect(await discover('/oauth/token', named('maintenance'))).toMatchObject({
      issuer: `${url}/oauth/token`,
      authorization_endpoint: `${url}/oauth/authorize`,
      token_endpoint: `${url}/oauth/token`,
      jwks_uri: `${url}/token_keys`
    })
  })

  test('at the root: the issuer of access tokens', async () => {
    const { iss } = claimsOf(await emulator.issueToken({ user: 'alice' }))
    expect((await discover('')).issuer).toBe(iss)
  })

  test('PKCE, no client without a secret, no registration', async () => {
    const document = await discover('/oauth/token')
    expect(document).toMatchObject({
      code_challenge_methods_supported: ['S256', 'plain'],
      token_endpoint_auth_methods_supported: [
        'client_secret_basic',
        'client_secret_post',
        'tls_client_auth'
      ]
    })
    expect(document).not.toHaveProperty('registration_endpoint')
    const registration = { ca: emulator.ca, method: 'POST', body: '{}' }
    expect(await send(`${emulator.url}/oauth/register`, registration)).toMatchObject({
      status: 403,
      body: { error: 'access_denied' }
    })
  })
})

describe('/userinfo', () => {
  const ask = (token?: string, method = 'GET') => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    return send(`${emulator.url}/userinfo`, { ca: emulator.ca, method, headers })
  }

  test.each(['GET', 'POST'])('%s: the user of the token', async (method) => {
    const { access_token, id_token } = await logOn()
    const { sub } = claimsOf(id_token)
    expect((await ask(access_token, method)).body).toEqual({
      ...{ sub, user_id: sub, user_name: 'alice', name: 'Alice Example' },
      ...{ given_name: 'Alice', family_name: 'Example', email: 'alice@example.com' },
      ...{ email_verified: true, previous_logon_time: null }
    })
  })

  test('no token, a wrong one, and one without the scope openid', async () => {
    const expired = await emulator.issueToken({ user: 'alice', expiresIn: -1 })
    const technical = await emulator.issueToken({})
    const answers = [await ask(), await ask('a.b.c'), await ask(expired), await ask(technical)]
    expect(answers.map(({ status, body }) => [status, body.error])).toEqual([
      [401, 'unauthorized'],
      [401, 'invalid_token'],
      [401, 'invalid_token'],
      [403, 'insufficient_scope']
    ])
    for (const { headers } of answers) {
      expect(headers['www-authenticate']).toMatch(/^Bearer realm="UAA\/oauth", error="\w+"$/)
    }
  })
})

import { type Emulator, type EmulatorOptions, startEmulator } from '../../../src/index.js'
import { CODE, parametersOf, TestBrowser, VERIFIER } from '../../authorize/browser.js'
import { claimsOf, type Response } from '../../support/http.js'
import {
  GRANT_TYPES,
  identityCredentials,
  identityOptions,
  requestIdentityToken
} from '../../support/identity.js'

const REDIRECT = 'http://127.0.0.1:51234/callback'
const HOME = 'https://app.example.com/home'

const options: EmulatorOptions = {
  ...identityOptions,
  identity: {
    redirectUris: [CODE.redirect_uri],
    postLogoutRedirectUris: [HOME],
    applications: {
      desktop: {
        publicClient: true,
        redirectUris: ['http://127.0.0.1:*/**'],
        grantTypes: ['authorization_code_pkce_s256', 'refresh_token', GRANT_TYPES.at(-1) ?? '']
      },
      machine: { grantTypes: ['client_credentials'], redirectUris: [CODE.redirect_uri] }
    }
  }
}

let emulator: Emulator
let url: string
let browser: TestBrowser
beforeAll(async () => {
  emulator = await startEmulator(options)
  url = identityCredentials(emulator)['url'] ?? ''
})
beforeEach(() => {
  browser = new TestBrowser(emulator, url)
})
afterAll(() => emulator.stop())

const clientOf = (application?: string) => identityCredentials(emulator, application)

function authorize(more: Record<string, string> = {}, application?: string): Promise<Response> {
  const client_id = clientOf(application)['clientid'] ?? ''
  const query = new URLSearchParams({ ...CODE, scope: 'openid', client_id, ...more })
  return browser.get(`/oauth2/authorize?${query.toString()}`)
}

async function codeFor(
  username: string,
  more: Record<string, string> = {},
  application?: string
): Promise<string> {
  const page = await authorize(more, application)
  const answer = page.status === 302 ? page : await browser.submit(page, { username })
  return parametersOf(answer)['code'] ?? ''
}

const redeem = (code: string, more: Record<string, string> = {}, client = clientOf()) =>
  requestIdentityToken(
    emulator,
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CODE.redirect_uri,
      code_verifier: VERIFIER,
      ...more
    },
    client
  )

const refresh = (refresh_token: string, client = clientOf()) =>
  requestIdentityToken(emulator, { grant_type: 'refresh_token', refresh_token }, client)

/** A client without its secret. */
const withoutSecret = (application: string) =>
  Object.assign(clientOf(application), { clientsecret: '' })

describe('log-on', () => {
  it('gives a code, the state and the issuer, and tokens of that user for the code', async () => {
    const page = await authorize({ nonce: 'n-1' })
    expect(page.status).toBe(200)
    expect(page.text).toContain('Identity Authentication')
    const answer = await browser.submit(page, { username: 'alice' })
    const { code = '', state, iss } = parametersOf(answer)
    expect({ state, iss }).toEqual({ state: 's&1', iss: url })
    const { status, body } = await redeem(code)
    expect(status).toBe(200)
    expect(claimsOf(body.id_token)).toMatchObject({ preferred_username: 'alice', nonce: 'n-1' })
    const again = await redeem(code)
    expect(again.body.error).toBe('invalid_grant')
    const { body: refreshed } = await refresh(body.refresh_token as string)
    expect(claimsOf(refreshed.id_token)).toMatchObject({
      sid: claimsOf(body.id_token).sid,
      auth_time: claimsOf(body.id_token).auth_time
    })
    expect(claimsOf(refreshed.id_token)).not.toHaveProperty('nonce')
  })

  it('happens once in a browser, until it is asked for again, or the user logs out', async () => {
    await codeFor('alice')
    expect((await authorize()).status).toBe(302)
    expect((await authorize({ prompt: 'none' })).status).toBe(302)
    expect((await authorize({ prompt: 'login' })).status).toBe(200)
    expect((await authorize({ max_age: '3600' })).status).toBe(302)
    emulator.advanceTime(30)
    expect((await authorize({ max_age: '10' })).status).toBe(200)
    emulator.advanceTime(-30)
    const { clientid: client_id = '' } = clientOf()
    const query = new URLSearchParams({ client_id, post_logout_redirect_uri: HOME, state: 'x' })
    const left = await browser.get(`/oauth2/logout?${query}`)
    expect(left.headers.location).toBe(`${HOME}?state=x`)
    expect(parametersOf(await authorize({ prompt: 'none' }))).toMatchObject({
      error: 'login_required',
      state: 's&1'
    })
  })

  it('needs the password of a user who has one, and the form of the page', async () => {
    const wrong = await browser.submit(await authorize(), { username: 'bob', password: 'x' })
    expect(wrong.status).toBe(401)
    const right = await browser.submit(wrong, { username: 'bob', password: 'builder' })
    expect(parametersOf(right)).toHaveProperty('code')
    const stranger = new TestBrowser(emulator, url)
    expect((await stranger.submit(wrong, { username: 'alice' })).status).toBe(403)
  })

  it('shows users of the tenant only', async () => {
    const page = await authorize({ app_tid: 'customer-1' })
    expect([...page.text.matchAll(/name="username" value="(\w+)"/g)]).toHaveLength(1)
    const answer = await browser.submit(page, { username: 'alice', password: 'theirs' })
    const { body } = await redeem(parametersOf(answer)['code'] ?? '')
    expect(claimsOf(body.id_token).app_tid).toBe('customer-1')
  })
})

describe('log-out', () => {
  const logOut = () => browser.get(`/oauth2/logout?client_id=${clientOf()['clientid'] ?? ''}`)

  it('ends the refresh tokens of the session, but not those with offline_access', async () => {
    const online = await redeem(await codeFor('alice'))
    const offline = await redeem(
      parametersOf(await authorize({ scope: 'openid offline_access' }))['code'] ?? ''
    )
    expect((await logOut()).status).toBe(200)
    expect((await refresh(online.body.refresh_token as string)).body.error).toBe('invalid_grant')
    expect((await refresh(offline.body.refresh_token as string)).status).toBe(200)
  })

  it('leads nowhere else', async () => {
    const { clientid: client_id = '' } = clientOf()
    const query = new URLSearchParams({ client_id, post_logout_redirect_uri: 'https://x.example' })
    const answer = await browser.get(`/oauth2/logout?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.headers).not.toHaveProperty('location')
    expect((await browser.get('/oauth2/logout')).status).toBe(400)
  })
})

describe('a public client', () => {
  it('gets tokens without a secret, for nobody but itself', async () => {
    const code = await codeFor('alice', { redirect_uri: REDIRECT }, 'desktop')
    const client = withoutSecret('desktop')
    const { status, body } = await redeem(code, { redirect_uri: REDIRECT }, client)
    expect(status).toBe(200)
    expect(claimsOf(body.id_token)).toMatchObject({ aud: client['clientid'] })
    const { body: refreshed } = await refresh(body.refresh_token as string, client)
    expect(claimsOf(refreshed.id_token)).toMatchObject({ aud: client['clientid'] })
  })

  it('has to use PKCE with S256, where the grant says so', async () => {
    const plain = { redirect_uri: REDIRECT, code_challenge_method: 'plain' }
    expect(parametersOf(await authorize(plain, 'desktop')).error).toBe('invalid_request')
    const code = await codeFor('alice', { redirect_uri: REDIRECT }, 'desktop')
    const wrong = { redirect_uri: REDIRECT, code_verifier: 'x'.repeat(50) }
    const { body } = await redeem(code, wrong, withoutSecret('desktop'))
    expect(body.error).toBe('invalid_grant')
  })

  it('is an application that says so: no other one can leave its secret out', async () => {
    const client = Object.assign(clientOf(), { clientsecret: '' })
    const { status, body } = await redeem(await codeFor('alice'), {}, client)
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' })
  })
})

test.each<[string, Record<string, string>, string | undefined, string]>([
  ['no response_type', { response_type: '' }, undefined, 'unsupported_response_type'],
  ['the implicit flow', { response_type: 'token' }, undefined, 'unsupported_response_type'],
  ['an application without the grant', {}, 'machine', 'unauthorized_client'],
  ['a max_age that is no number', { max_age: 'x' }, undefined, 'invalid_request']
])('%s: the client is told', async (_, more, application, error) => {
  const answer = await authorize(more, application)
  expect(parametersOf(answer)).toMatchObject({ error, iss: url })
})

test.each<[string, Record<string, string>, RegExp]>([
  ['an unknown client', { client_id: 'x' }, /no application with the client id/],
  ['another address', { redirect_uri: 'http://localhost:5001/x' }, /identity\.redirectUris/],
  ['an unknown tenant', { app_tid: 'nobody' }, /app_tid/]
])('%s: no redirect', async (_, more, message) => {
  const { status, text } = await authorize(more)
  expect(status).toBe(400)
  expect(text).toMatch(message)
})

test('a code is for one client, one address, and two minutes', async () => {
  const others = await redeem(await codeFor('alice'), {}, clientOf('desktop'))
  expect(others.body.error).toBe('invalid_grant')
  const elsewhere = await redeem(await codeFor('alice'), { redirect_uri: 'http://localhost' })
  expect(elsewhere.body.error).toBe('invalid_grant')
  const late = await codeFor('carol')
  emulator.advanceTime(121)
  expect((await redeem(late)).body.error).toBe('invalid_grant')
  emulator.advanceTime(-121)
})

test.each<[string, object, RegExp]>([
  ['grantTypes', ['authorisation_code'], /did you mean "authorization_code"/],
  ['redirectUris', ['http://app.example.com/'], /http and ports "\*" are for localhost/],
  ['redirectUris', ['https://app.example.com:*/'], /http and ports "\*" are for localhost/],
  ['postLogoutRedirectUris', ['nowhere'], /postLogoutRedirectUris has "nowhere"/]
])('%s: %j stops the start', async (name, value, message) => {
  const wrong = { ...identityOptions, identity: { [name]: value } }
  await expect(startEmulator(wrong as never)).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message) as string
  })
})

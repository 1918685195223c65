import { startEmulator, type Emulator } from '../../../src/index.js'
import { requestToken, send } from '../../support/http.js'
import { options } from '../../support/maintenance.js'
import { CODE, parametersOf, TestBrowser, VERIFIER } from '../../authorize/browser.js'

let emulator: Emulator
let browser: TestBrowser
beforeAll(async () => {
  const users = { ...options.users, 'eve"><b>': {}, paul: { password: 'secret' } }
  emulator = await startEmulator({ ...options, users })
})
beforeEach(() => {
  browser = new TestBrowser(emulator)
})
afterAll(() => emulator.stop())

async function codeFor(user: string, parameters = {}): Promise<string> {
  const answer = await browser.logOn(await browser.authorize(parameters), { username: user })
  return parametersOf(answer)['code'] ?? ''
}

const exchange = (parameters: Record<string, string>) =>
  requestToken(emulator, {
    grant_type: 'authorization_code',
    redirect_uri: CODE.redirect_uri,
    code_verifier: VERIFIER,
    ...parameters
  })

describe('logging on', () => {
  it('gives a code and the state to the registered address, and a token of that user for the code', async () => {
    const page = await browser.authorize()
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    const answer = await browser.logOn(page, { username: 'alice' })
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toMatch(/^http:\/\/localhost:5000\/login\/callback\?/)
    const { code = '', state } = parametersOf(answer)
    expect(state).toBe('s&1')
    const { status, body } = await exchange({ code })
    expect(status).toBe(200)
    const [, payload] = body.access_token.split('.')
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      user_name: 'alice',
      grant_type: 'authorization_code'
    })
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
    expect((await requestToken(emulator, refresh)).status).toBe(200)
  })

  it('gives back a state with a plus sign that is not encoded', async () => {
    const redirect_uri = 'http://localhost:5000/login/callback?a=1'
    const page = await browser.authorize({ redirect_uri, state: 'a+b/c=&d' })
    const { headers } = await browser.logOn(page, { username: 'alice' })
    expect(headers.location).toMatch(/\?a=1&code=[\w-]+&state=a\+b\/c%3D%26d$/)
  })

  it('lasts until the log-out', async () => {
    await codeFor('alice')
    expect((await browser.authorize()).status).toBe(302)
    expect((await browser.get('/logout.do')).status).toBe(200)
    expect((await browser.authorize()).status).toBe(200)
  })

  it('needs the password of those who have one', async () => {
    const wrong = await browser.submit(await browser.authorize(), {
      username: 'paul',
      password: 'x'
    })
    expect(wrong.status).toBe(401)
    const right = await browser.logOn(wrong, { username: 'paul', password: 'secret' })
    expect(parametersOf(right)).toHaveProperty('code')
    const unknown = await browser.submit(await new TestBrowser(emulator).authorize(), {
      username: 'mallory'
    })
    expect(unknown.status).toBe(403) // another browser's form
  })

  it('only from its own page', async () => {
    const page = await browser.authorize()
    const stranger = new TestBrowser(emulator)
    expect((await stranger.submit(page, { username: 'alice' })).status).toBe(403)
    await stranger.authorize()
    expect((await stranger.submit(page, { username: 'alice' })).status).toBe(403)
  })

  it('shows names as text', async () => {
    const { text } = await browser.authorize({ state: '"><script>' })
    expect(text).toContain('eve&quot;&gt;&lt;b&gt;')
    expect(text).not.toContain('<script>')
    expect(text).not.toContain('<b>')
  })

  it('has cookies that no other server on this machine gets', async () => {
    await codeFor('alice')
    expect(browser.cookiesFor('/')).toEqual([])
    expect(browser.cookiesFor('/login/callback')).toEqual([])
    expect(browser.cookiesFor('/oauth/authorize')).toHaveLength(1)
  })
})

describe('no redirect', () => {
  it.each([
    [{ redirect_uri: 'https://evil.example/' }, /Invalid redirect .*redirect-uris in xs-security/],
    [{ redirect_uri: 'http://localhost:1@evil.example/' }, /Invalid redirect/],
    [{ redirect_uri: 'http://127.0.0.1:5000/login/callback' }, /Invalid redirect/],
    [{ client_id: 'sb-other!t1' }, /No client with requested id/]
  ])('for %j', async (parameters, text) => {
    const answer = await browser.authorize(parameters)
    expect(answer).toMatchObject({ status: 400, text: expect.stringMatching(text) })
    expect(answer.headers).not.toHaveProperty('location')
  })

  it('for a log-out that would lead elsewhere', async () => {
    const answer = await browser.get('/logout.do?redirect=https%3A%2F%2Fevil.example%2F')
    expect(answer.status).toBe(200)
    const own = await browser.get('/logout.do?redirect=http%3A%2F%2Flocalhost%3A5000%2Fbye')
    expect(own).toMatchObject({ status: 302, headers: { location: 'http://localhost:5000/bye' } })
  })
})

it.each([
  [{ response_type: 'token' }, 'unsupported_response_type'],
  [{ response_type: 'code id_token' }, 'unsupported_response_type'],
  [{ scope: 'openid maintenance!t1.Veiwer' }, 'invalid_scope'],
  [{ scope: 'profile' }, 'invalid_scope'],
  [{ code_challenge: 'short' }, 'invalid_request'],
  [{ code_challenge_method: 'S512' }, 'invalid_request']
])('%j is told to the application', async (parameters, error) => {
  expect(parametersOf(await browser.authorize(parameters))).toMatchObject({ error, state: 's&1' })
})

describe('scope', () => {
  it('narrows the token, and those that are refreshed later', async () => {
    const code = await codeFor('alice', { scope: 'openid maintenance!t1.Viewer' })
    const { body } = await exchange({ code })
    expect(body.scope).toBe('openid maintenance!t1.Viewer')
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
    expect((await requestToken(emulator, refresh)).body.scope).toBe(body.scope)
  })

  it('is refused if the user has none of it', async () => {
    const page = await browser.authorize({ scope: 'maintenance!t1.Supervisor' })
    const answer = await browser.logOn(page, { username: 'alice' })
    expect(parametersOf(answer)).toEqual({
      error: 'invalid_scope',
      error_description:
        '[maintenance!t1.Supervisor] is invalid. This user is not allowed any of the requested scopes',
      state: 's&1'
    })
  })
})

describe('prompt', () => {
  it('none: no page, but an error as long as nobody is logged on', async () => {
    expect(parametersOf(await browser.authorize({ prompt: 'none' }))).toEqual({
      error: 'login_required'
    })
    await codeFor('alice')
    expect(parametersOf(await browser.authorize({ prompt: 'none' }))).toHaveProperty('code')
  })

  it('login: the page, also for a user who is logged on', async () => {
    await codeFor('alice')
    const page = await browser.authorize({ prompt: 'login' })
    expect(page.status).toBe(200)
    expect(parametersOf(await browser.logOn(page, { username: 'alice' }))).toHaveProperty('code')
  })
})

describe('a code is refused', () => {
  it.each([
    [{ code_verifier: 'x'.repeat(43) }, 'invalid_grant', 'PKCE error: Invalid code verifier.'],
    [{ code_verifier: 'short' }, 'invalid_request', 'PKCE error: Code verifier length'],
    [{ redirect_uri: 'http://localhost:5001/login/callback' }, 'invalid_grant', 'Redirect URI']
  ])('with %j, and worth nothing from then on', async (parameters, error, description) => {
    const code = await codeFor('alice')
    const { status, body } = await exchange({ code, ...parameters })
    expect({ status, ...body }).toMatchObject({
      status: 400,
      error,
      error_description: expect.stringContaining(description)
    })
    expect((await exchange({ code })).status).toBe(400)
  })

  it('the second time', async () => {
    const code = await codeFor('alice')
    expect((await exchange({ code })).status).toBe(200)
    expect((await exchange({ code })).body).toMatchObject({ error: 'invalid_grant' })
  })

  it('without the verifier that its challenge needs', async () => {
    const code = await codeFor('alice')
    const { body } = await requestToken(emulator, {
      grant_type: 'authorization_code',
      redirect_uri: CODE.redirect_uri,
      code
    })
    expect(body.error_description).toMatch(/Code verifier must be provided/)
  })

  it('from another client', async () => {
    const code = await codeFor('alice')
    const { clientid = '', clientsecret = '' } = emulator.vcapServices().destination[0]!
      .credentials as Record<string, string>
    const { body } = await exchange({ code, client_id: clientid, client_secret: clientsecret })
    expect(body).toMatchObject({ error: 'invalid_grant' })
  })

  it('after five minutes', async () => {
    const code = await codeFor('alice')
    emulator.advanceTime(301)
    expect((await exchange({ code })).body).toMatchObject({ error: 'invalid_grant' })
  })
})

it('a client without the grant in xs-security.json gets no code', async () => {
  const xsSecurity = {
    xsappname: 'x',
    'oauth2-configuration': { 'grant-types': ['client_credentials'] }
  }
  const other = await startEmulator({ ...options, users: {}, xsSecurity })
  const answer = await new TestBrowser(other).authorize()
  expect(parametersOf(answer)).toMatchObject({ error: 'unauthorized_client' })
  await other.stop()
})

it('a client that does not allow the provider of the users gets no code', async () => {
  const xsSecurity = {
    xsappname: 'x',
    'oauth2-configuration': { allowedproviders: ['sap.custom'] }
  }
  const other = await startEmulator({ ...options, users: {}, xsSecurity })
  const answer = await new TestBrowser(other).authorize()
  expect(parametersOf(answer)).toMatchObject({
    error: 'access_denied',
    error_description: expect.stringContaining('does not allow the provider sap.default')
  })
  await other.stop()
})

it("a subscriber's login page has the subscriber's users", async () => {
  const xsSecurity = { xsappname: 'x', 'tenant-mode': 'shared' }
  const tenants = { t1: { users: { alice: {}, zoe: {} } } }
  const users = { alice: {}, tina: { tenant: 't1' } }
  const other = await startEmulator({ ...options, users, tenants, xsSecurity })
  const { port } = new URL(other.url)
  const { clientid = '' } = other.vcapServices().xsuaa[0]!.credentials as Record<string, string>
  const query = new URLSearchParams({ ...CODE, client_id: clientid }).toString()
  const page = (host: string) =>
    send(`${other.url}/oauth/authorize?${query}`, {
      ca: other.ca,
      headers: { host: `${host}:${port}` }
    })
  expect((await page('localhost')).text).not.toMatch(/zoe|tina/)
  expect((await page('t1.localhost')).text).toMatch(/tina[^]*zoe/)
  await other.stop()
})

import { jose } from '../../../emulator/src/lib/jose.js'
import { TOKEN_EXCHANGE } from '../../support/descriptor.js'
import { claimsOf, credentials, send } from '../../../emulator/test/support/http.js'
import { xsSecurity } from '../../../emulator/test/support/maintenance.js'
import { FidelityLandscape } from './landscape.js'
import { BoundRouter, pathOf, Visitor } from './router.js'

/** The router refreshes a token a minute before it expires, and takes two minutes off its lifetime for itself. */
const TOKEN_VALIDITY = 183

let landscape: FidelityLandscape
let router: BoundRouter
let alice: Visitor

beforeAll(async () => {
  landscape = await FidelityLandscape.start({
    tenants: {},
    xsSecurity: {
      ...xsSecurity,
      'tenant-mode': 'dedicated',
      'role-templates': [...xsSecurity['role-templates'], TOKEN_EXCHANGE],
      'oauth2-configuration': { 'token-validity': TOKEN_VALIDITY }
    }
  })
  router = await BoundRouter.start(landscape)
  alice = new Visitor(landscape, router)
})
afterAll(async () => {
  await router?.stop()
  await landscape?.stop()
})

const tokenAt = (body: { headers: Record<string, string> }) =>
  (body.headers['authorization'] ?? '').replace('Bearer ', '')

async function tokenRequest(grant: string) {
  for (;;) {
    const request = await landscape.emulator.takeRequest('xsuaa/token', { timeout: 25_000 })
    const isOwn = request.client === credentials(landscape.emulator)['clientid']
    if (isOwn && request.grant === grant) return request
  }
}

test('whoever is not logged on is sent to the login page; a script gets 401', async () => {
  const visitor = new Visitor(landscape, router)
  const { status, headers } = await visitor.open('/api/x')
  expect(status).toBe(302)
  const target = new URL(headers.location ?? '')
  expect(target.origin + target.pathname).toBe(`${landscape.emulator.url}/oauth/authorize`)
  expect(Object.fromEntries(target.searchParams)).toMatchObject({
    response_type: 'code',
    redirect_uri: `${router.url}/login/callback`,
    code_challenge_method: 'S256',
    state: expect.stringMatching(/.{16,}/)
  })
  expect((await visitor.fetch('/api/x')).status).toBe(401)
})

test('log-on: code, PKCE and state, and back to the page', async () => {
  const { status, headers } = await alice.logOn('alice', '/api/start')
  expect({ status, at: pathOf(headers.location) }).toEqual({ status: 302, at: '/api/start' })
  const { form, status: exchanged } = await tokenRequest('authorization_code')
  expect(exchanged).toBe(200)
  expect(form).toMatchObject({ code: '…', code_verifier: '…' })
})

test('forwardAuthToken: the API gets a token that jose verifies, and no cookie of the session', async () => {
  const { body } = await alice.fetch('/api/x')
  const { url = '', clientid: audience = '' } = credentials(landscape.emulator)
  const keys = jose.createRemoteJWKSet(new URL(`${url}/token_keys`))
  const { payload } = await jose.jwtVerify(tokenAt(body), keys, { audience })
  expect(payload).toMatchObject({ user_name: 'alice', grant_type: 'authorization_code' })
  expect(body.headers.cookie ?? '').not.toMatch(/JSESSIONID/)
})

test('the user API knows the name', async () => {
  const { body } = await alice.fetch('/user-api/currentUser')
  expect(body).toMatchObject({ name: 'alice', email: 'alice@example.com' })
})

test('CSRF: a change needs the token of the session', async () => {
  const forged = await alice.fetch('/api/x', { method: 'POST' })
  expect(forged).toMatchObject({ status: 403, headers: { 'x-csrf-token': 'Required' } })
  const fetched = await alice.fetch('/api/x', { headers: { 'x-csrf-token': 'Fetch' } })
  const token = String(fetched.headers['x-csrf-token'])
  const headers = { 'x-csrf-token': token }
  expect((await alice.fetch('/api/x', { method: 'POST', headers })).status).toBe(200)
  const bob = new Visitor(landscape, router)
  await bob.logOn('eve')
  expect((await bob.fetch('/api/x', { method: 'POST', headers })).status).toBe(403)
})

test('destinations of the Destination service, also with an exchange of the token', async () => {
  const plain = await alice.fetch('/internet/x')
  expect(plain).toMatchObject({ status: 200, body: { path: '/x' } })
  expect(plain.body.headers).not.toHaveProperty('authorization')
  const { body } = await alice.fetch('/exchange/x')
  expect(claimsOf(tokenAt(body))).toMatchObject({ user_name: 'alice' })
  expect(tokenAt(body)).not.toBe(tokenAt((await alice.fetch('/api/x')).body))
})

test('principal propagation: the system on premise gets the certificate of the user', async () => {
  const { status, body } = await alice.fetch('/system/x')
  expect({ status, subject: body.subject }).toEqual({ status: 200, subject: 'CN=alice' })
})

test('x-approuter-authorization: a token in place of a session, if it is a good one', async () => {
  const token = await landscape.emulator.issueToken({ user: 'bob' })
  const as = (jwt: string) => {
    const headers = { 'x-approuter-authorization': `Bearer ${jwt}` }
    return send(`${router.url}/api/x`, { headers })
  }
  expect(claimsOf(tokenAt((await as(token)).body))).toMatchObject({ user_name: 'bob' })
  expect((await as(token.slice(0, -8) + 'AAAAAAAA')).status).toBe(401)
  const expired = await landscape.emulator.issueToken({ user: 'bob', expiresIn: -300 })
  expect((await as(expired)).status).toBe(401)
})

test('a bearer token of a caller counts for nothing', async () => {
  const headers = {
    authorization: `Bearer ${await landscape.emulator.issueToken({ user: 'bob' })}`
  }
  expect((await new Visitor(landscape, router).fetch('/api/x', { headers })).status).toBe(401)
})

test('tokens are refreshed before they expire', async () => {
  const before = tokenAt((await alice.fetch('/api/x')).body)
  expect(await tokenRequest('refresh_token')).toMatchObject({ status: 200 })
  const after = tokenAt((await alice.fetch('/api/x')).body)
  expect(claimsOf(after)).toMatchObject({
    user_name: 'alice',
    grant_type: 'authorization_code',
    user_id: claimsOf(before).user_id
  })
})

test('log-out ends the session of the router and that of the login page', async () => {
  const { headers } = await alice.open('/do/logout')
  const target = new URL(headers.location ?? '')
  expect(target.origin + target.pathname).toBe(`${landscape.emulator.url}/logout.do`)
  const back = await alice.xsuaa.get(pathOf(headers.location))
  expect(back).toMatchObject({ status: 302, headers: { location: expect.stringMatching(/^http/) } })
  expect(pathOf(back.headers.location)).toBe('/logged-out.html')
  expect((await alice.open('/logged-out.html')).text).toBe('Logged out')
  expect((await alice.fetch('/api/x')).status).toBe(401)
  expect((await alice.xsuaa.authorize()).text).toMatch(/Log on/)
})

import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf, send } from '../support/http.js'
import { identityCredentials, identityOptions, requestIdentityToken } from '../support/identity.js'

let emulator: Emulator
let own: ReturnType<typeof identityCredentials>
let orders: ReturnType<typeof identityCredentials>
beforeAll(async () => {
  emulator = await startEmulator(identityOptions)
  own = identityCredentials(emulator)
  orders = identityCredentials(emulator, 'orders')
})
afterAll(() => emulator.stop())

const logOn = async (more: Record<string, string> = {}) => {
  const form = { grant_type: 'password', username: 'alice', password: 'any', ...more }
  return (await requestIdentityToken(emulator, form)).body as Record<string, string>
}

const userinfo = (token: string, method = 'GET') =>
  send(`${own['url']}/oauth2/userinfo`, {
    method,
    ca: emulator.ca,
    headers: { authorization: `Bearer ${token}`, 'content-length': '0' }
  })

type Credentials = Record<string, unknown>

const post = (path: string, token: string, { clientid, clientsecret }: Credentials = own) =>
  send(own['url'] + path, {
    method: 'POST',
    ca: emulator.ca,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${String(clientid)}:${String(clientsecret)}`).toString('base64')}`
    },
    body: new URLSearchParams({ token }).toString()
  })

const introspect = async (token: string, client = own) =>
  (await post('/oauth2/introspect', token, client)).body as Record<string, unknown>

test('userinfo: the user of an access token, a JWT or an opaque one', async () => {
  for (const token_format of ['jwt', 'opaque']) {
    const { access_token = '', id_token = '' } = await logOn({ token_format })
    for (const method of ['GET', 'POST']) {
      const { status, body } = await userinfo(access_token, method)
      expect(status).toBe(200)
      const { sub, email } = claimsOf(id_token)
      expect(body).toMatchObject({ sub, email, groups: ['staff'] })
    }
  }
})

test.each<[string, () => Promise<string>]>([
  ['technical', () => emulator.issueToken({ issuer: 'ias' })],
  ['expired', () => emulator.issueToken({ issuer: 'ias', user: 'alice', expiresIn: -60 })],
  ["XSUAA's", () => emulator.issueToken({ user: 'alice' })],
  ['missing', async () => '']
])('userinfo: a token that is %s is 400', async (_, token) => {
  const { status, body } = await userinfo(await token())
  expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_request' })
})

test('introspection: tokens of the application, and for it', async () => {
  const { access_token = '', refresh_token = '', id_token = '' } = await logOn()
  const { access_token: opaque = '' } = await logOn({ token_format: 'opaque' })
  for (const token of [access_token, id_token, opaque, refresh_token]) {
    expect(await introspect(token)).toMatchObject({
      active: true,
      username: 'alice',
      client_id: own['clientid']
    })
    expect(await introspect(token, orders)).toEqual({ active: false })
  }
  const weak = await emulator.issueToken({ issuer: 'ias', user: 'alice', client: 'orders' })
  expect(await introspect(weak)).toMatchObject({ active: true, client_id: orders['clientid'] })
  const expired = await emulator.issueToken({ issuer: 'ias', user: 'alice', expiresIn: -60 })
  for (const token of [expired, 'x', '']) expect(await introspect(token)).toEqual({ active: false })
})

test('revocation: every token of the application in the session, and no other', async () => {
  const { access_token = '', refresh_token = '' } = await logOn()
  const other = await logOn()
  expect((await post('/oauth2/revoke', refresh_token, orders)).status).toBe(200)
  expect(await introspect(access_token)).toMatchObject({ active: true })
  expect((await post('/oauth2/revoke', refresh_token)).status).toBe(200)
  expect(await introspect(access_token)).toEqual({ active: false })
  expect((await userinfo(access_token)).status).toBe(400)
  const { body } = await requestIdentityToken(emulator, {
    grant_type: 'refresh_token',
    refresh_token
  })
  expect(body.error).toBe('invalid_grant')
  expect(await introspect(other['access_token'] ?? '')).toMatchObject({ active: true })
  expect((await post('/oauth2/revoke', 'unknown')).status).toBe(200)
})

test.each(['/oauth2/introspect', '/oauth2/revoke'])('%s: wrong client', async (path) => {
  const { status, body } = await post(path, 'x', {
    clientid: own['clientid'] ?? '',
    clientsecret: 'x'
  })
  expect({ status, error: body.error }).toEqual({ status: 401, error: 'invalid_client' })
})

test('a refresh token after its use: valid for five minutes (online), or as before (mobile)', async () => {
  for (const [refreshUsageAfterRenewal, later] of [
    ['online', 400],
    ['mobile', 200]
  ] as const) {
    const identity = { refreshUsageAfterRenewal, refreshValidity: 3600 }
    const other = await startEmulator({ ...identityOptions, identity })
    try {
      const client = identityCredentials(other)
      const form = { grant_type: 'password', username: 'alice', password: 'any' }
      const { body } = await requestIdentityToken(other, form, client)
      const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token as string }
      const attempt = async () => (await requestIdentityToken(other, refresh, client)).status
      expect([await attempt(), await attempt()]).toEqual([200, 200])
      other.advanceTime(310)
      expect(await attempt()).toBe(later)
      other.advanceTime(3600)
      expect(await attempt()).toBe(400)
    } finally {
      await other.stop()
    }
  }
})

test.each([
  [{ refreshUsageAfterRenewal: 'on' }, /did you mean "off"|use one of off/],
  [{ refreshValidity: 60 }, /refreshValidity must be a whole number of seconds from 3600/]
])('%j stops the start', async (identity, message) => {
  const wrong = { ...identityOptions, identity } as never
  await expect(startEmulator(wrong)).rejects.toThrow(message)
})

import { setTimeout as pause } from 'node:timers/promises'

import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { type HttpsServer, startHttpsServer } from '../../../support/https-server.js'
import { Landscape, trust } from '../support/landscape.js'

/** What the Destination service of this test says, whoever asks. */
let answer: { Authentication?: string; token?: object | undefined; properties?: object }
let status = 200
let landscape: Landscape
let service: HttpsServer

beforeAll(async () => {
  landscape = await Landscape.start({})
  service = await startHttpsServer((req, res) => {
    const { Authentication = 'OAuth2JWTBearer', token, properties } = answer
    const Name = decodeURIComponent(req.url?.split(/[/?]/)[4] ?? '')
    const destinationConfiguration = {
      ...{ Name, URL: 'https://backend.example', Type: 'HTTP', ProxyType: 'Internet' },
      ...{ Authentication, ...properties }
    }
    const authTokens = token && !req.url?.includes('skipToken') ? { authTokens: [token] } : {}
    res.writeHead(status, { 'content-type': 'application/json' })
    res.end(JSON.stringify({ owner: {}, destinationConfiguration, ...authTokens }))
  })
  trust(service.ca)
  const bindings = landscape.emulator.vcapServices()
  bindings.destination[0]!.credentials['uri'] = service.url
  process.env['VCAP_SERVICES'] = JSON.stringify(bindings)
})
afterAll(async () => {
  await service.stop()
  await landscape.stop()
})
afterEach(() => jest.restoreAllMocks())
beforeEach(() => {
  answer = {}
  status = 200
})

const SAML = { Authentication: 'OAuth2SAMLBearerAssertion' }

const bearer = (value: string, expires_in = '3600') => ({
  ...{ type: 'bearer', value, expires_in },
  http_header: { key: 'Authorization', value: `Bearer ${value}` }
})

/** Resolves a destination as alice, with a token that was issued with these claims. */
async function returned(user: string | undefined, claims: object = {}, destination: object = {}) {
  const token = await landscape.emulator.issueToken({ ...(user && { user }), claims })
  answer = { ...destination, token: bearer(token) }
  const attributes = { 'xs.user.attributes': { staff: ['P4711'] } }
  const alice = await landscape.user('alice', { claims: attributes })
  return resolveDestination('D', alice, { useCache: false })
}

describe('the token that comes back is looked at', () => {
  test.each<[string, string | undefined, object]>([
    ['another user', 'bob', {}],
    ['another user', undefined, {}],
    ['a user of another tenant', 'alice', { zid: 'customer-1' }],
    ['a user of another identity provider', 'alice', { origin: 'elsewhere' }],
    ['another user', 'alice', { user_name: 'Alice' }],
    ['another user', 'alice', { user_name: undefined, sub: 'x' }]
  ])('%s: thrown away', async (difference, user, claims) => {
    await expect(returned(user, claims)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining(`is for ${difference}, and was thrown away`)
    })
  })

  test('the same user, also of a client of another tenant by SAML', async () => {
    await expect(returned('alice')).resolves.toBeDefined()
    const elsewhere = {
      zid: 'customer-1',
      origin: 'saml',
      user_name: 'Alice@Example.com',
      sub: 'x'
    }
    await expect(returned('alice', elsewhere, SAML)).resolves.toBeDefined()
  })

  test('by SAML somebody else, unless the destination sends another name for the user', async () => {
    const staff = { user_name: 'p4711', email: undefined, sub: 'x', user_id: 'y' }
    await expect(returned('alice', staff, SAML)).rejects.toThrow(/is for another user/)
    await expect(returned(undefined, {}, SAML)).rejects.toThrow(/is for another user/)
    const named = { ...SAML, properties: { userIdSource: 'staff' } }
    await expect(returned('alice', staff, named)).resolves.toBeDefined()
  })

  test('what is no JWT goes through', async () => {
    answer = { token: bearer('opaque') }
    const destination = await resolveDestination('OPAQUE', await landscape.user('alice'))
    expect(destination.authTokens?.[0]?.value).toBe('opaque')
  })
})

describe('answers of the Destination service that can not be used', () => {
  test.each<[string, object | undefined, RegExp]>([
    ['no token', undefined, /has sent none/],
    ['an error', { error: 'because' }, /says "because"/],
    ['an error of several lines', { error: 'a\r\nb\u0000c' }, /says "a b c"/],
    ['an error with a token', { error: `no: eyJhbGciOiJSUzI1NiJ9.eyJz.sig` }, /says "no: <token>"/],
    ['no header', { type: 'bearer', value: 'v' }, /without a usable header/],
    [
      'two headers in one',
      { value: 'v', http_header: { key: 'Authorization', value: 'Bearer v\r\nX: y' } },
      /without a usable header/
    ]
  ])('%s', async (name, token, message) => {
    answer = { token }
    const attempt = resolveDestination(name, await landscape.user('alice'))
    await expect(attempt).rejects.toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
    await expect(attempt).rejects.toThrow(message)
  })

  test.each([401, 403, 500, 302])('status %d, and its body is not repeated', async (code) => {
    status = code
    const attempt = resolveDestination(`STATUS ${code}`, await landscape.user('alice'))
    await expect(attempt).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      cause: { messages: [expect.stringContaining(`status ${code}`)] }
    })
  })
})

test('a token without a positive time is used once, and not kept', async () => {
  const alice = await landscape.user('alice')
  for (const [i, expires_in] of ['0', '-1', '', 'x'].entries()) {
    for (const value of ['first', 'second']) {
      answer = { token: bearer(value, expires_in) }
      const { authTokens } = await resolveDestination(`ONCE ${i}`, alice)
      expect(authTokens?.[0]?.value).toBe(value)
    }
  }
})

test('a destination that was changed gets a new token as soon as it is looked up again', async () => {
  const alice = await landscape.user('alice')
  const value = async () => (await resolveDestination('CHANGED', alice)).authTokens?.[0]?.value
  answer = { token: bearer('old') }
  expect(await value()).toBe('old')
  answer = { token: bearer('new'), properties: { scope: 'changed' } }
  expect(await value()).toBe('old')
  await pause(5)
  const now = performance.now()
  jest.spyOn(performance, 'now').mockReturnValue(now + 5 * 60_000)
  expect(await value()).toBe('new')
})

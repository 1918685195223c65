import { TokenPrincipal } from '../../../../src/user/principal.js'
import { send, type SendOptions } from '../../../../src/remote/http/send.js'
import { type Backend, json, onPremise, plain, user, withBackend } from '../support/backend.js'
import { CsrfGateway } from '../support/csrf-gateway.js'

const PATH = '/sap/opu/odata/sap/API_X'
const CSRF: SendOptions = { csrf: true, path: PATH }

let backend: Backend
let gateway: CsrfGateway

withBackend((started) => {
  backend = started
  gateway = new CsrfGateway()
  backend.answer = gateway.answer
})

function write(name: string, options = CSRF, data: unknown = { a: 1 }, method = 'post') {
  const outbound = { destination: onPremise(backend, name), user: user(name, name) }
  return send(outbound, { method: method as 'post', url: `${PATH}/Things`, data }, options)
}

const absolute = (path: string) => `http://s4.internal:44300${path}`
const FETCH = `HEAD ${absolute(`${PATH}/`)}`
const POST = `POST ${absolute(`${PATH}/Things`)}`

test('n writes of a user are n + 1 requests: the token is fetched at the root of the service', async () => {
  for (let i = 0; i < 5; i++) await write('writer')
  expect(backend.lines).toEqual([FETCH, POST, POST, POST, POST, POST])
  expect(backend.received[2]?.headers).toMatchObject({
    'x-csrf-token': 'token-1',
    cookie: 'SAP_SESSIONID=1; sap-usercontext=sap-client=100; extra=1'
  })
})

test('10 first writes at the same time are 1 fetch', async () => {
  await Promise.all(Array.from({ length: 10 }, () => write('many')))
  expect(backend.lines.filter((line) => line === FETCH)).toHaveLength(1)
  expect(backend.lines).toHaveLength(11)
})

test('each user has a session of their own', async () => {
  for (const name of ['anna', 'bert', 'anna', 'bert']) await write(name)
  expect(backend.lines.filter((line) => line === FETCH)).toHaveLength(2)
  const cookies = backend.received
    .filter(({ method }) => method === 'POST')
    .map(({ headers }) => [
      headers['sap-connectivity-authentication'],
      /\d+/.exec(headers.cookie!)![0]
    ])
  expect(cookies).toEqual([
    ['Bearer anna', '1'],
    ['Bearer bert', '2'],
    ['Bearer anna', '1'],
    ['Bearer bert', '2']
  ])
})

describe('users who have something in common have sessions of their own', () => {
  const base = {
    userId: 'carol',
    tenant: 't1',
    issuer: 'xsuaa',
    origin: 'sap.default',
    subject: '1'
  }
  const others = [
    { origin: 'other-idp', subject: '2' },
    { origin: 'other-idp' },
    { subject: '2' },
    { tenant: 't2' },
    { issuer: 'partner' },
    { userId: 'CAROL' }
  ]
  test.each(others)('%j', async (changes) => {
    const as = (who: object, token: string) => {
      const principal = new TokenPrincipal({ ...user('carol', token), ...base, ...who })
      const outbound = { destination: onPremise(backend, token), user: principal }
      return send(outbound, { method: 'post', url: `${PATH}/Things`, data: {} }, CSRF)
    }
    const marker = JSON.stringify(changes).replace(/\W/g, '')
    for (let i = 0; i < 2; i++) {
      await as({ userId: `${base.userId}${marker}` }, `one${marker}`)
      await as({ ...changes, userId: `${changes.userId ?? base.userId}${marker}` }, `two${marker}`)
    }
    const posts = backend.received.filter(({ method }) => method === 'POST')
    const pairs = posts.map(({ headers }) => [
      headers['sap-connectivity-authentication'],
      /SAP_SESSIONID=\d+/.exec(headers.cookie ?? '')?.[0]
    ])
    const [one, two] = pairs
    expect(pairs).toEqual([one, two, one, two])
    expect(one?.[1]).not.toBe(two?.[1])
    expect(backend.lines.filter((line) => line === FETCH)).toHaveLength(2)
  })
})

test('a session that the system has forgotten is renewed once, silently', async () => {
  await write('forgotten')
  gateway.sessions.clear()
  await expect(write('forgotten')).resolves.toMatchObject({ status: 201 })
  expect(backend.lines).toEqual([FETCH, POST, POST, FETCH, POST])
})

test('10 writes into a forgotten session: no more than 1 renewal', async () => {
  await write('crowd')
  gateway.sessions.clear()
  await Promise.all(Array.from({ length: 10 }, () => write('crowd')))
  expect(backend.lines.filter((line) => line === FETCH)).toHaveLength(2)
})

test('a token that is never good enough: ERR_REMOTE_CSRF, after one renewal', async () => {
  await write('stubborn')
  backend.answer = (req, res) => {
    if (req.method === 'HEAD') return gateway.answer(req, res)
    plain(res, 403, 'CSRF token validation failed', { 'x-csrf-token': 'Required' })
  }
  const error = await write('stubborn').catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'ERR_REMOTE_CSRF', status: 502, response: { status: 403 } })
  expect(backend.lines).toEqual([FETCH, POST, POST, FETCH, POST])
})

test('the root gives no token: the URL of the request, with and without a slash, as in the Cloud SDK', async () => {
  backend.answer = (req, res) => {
    if (req.method === 'HEAD' && req.url !== absolute(`${PATH}/Things`)) return plain(res, 404, '')
    gateway.answer(req, res)
  }
  await expect(write('elsewhere')).resolves.toMatchObject({ status: 201 })
  const things = absolute(`${PATH}/Things`)
  expect(backend.lines).toEqual([FETCH, `HEAD ${things}/`, `HEAD ${things}`, POST])
})

test('a token counts also on an answer that is a failure, as of S/4 for a URL with a slash', async () => {
  backend.answer = (req, res) => {
    if (req.method !== 'HEAD') return gateway.answer(req, res)
    gateway.sessions.set('9', `token-9 ${String(req.headers['sap-connectivity-authentication'])}`)
    plain(res, 400, '', { 'x-csrf-token': 'token-9', 'set-cookie': 'SAP_SESSIONID=9; path=/' })
  }
  await expect(write('slash')).resolves.toMatchObject({ status: 201 })
  expect(backend.lines).toEqual([FETCH, POST])
})

test('where and how the token is fetched can be configured', async () => {
  await write('configured', { csrf: { url: '/sap/token?x=1', method: 'get' }, path: PATH })
  expect(backend.lines).toEqual([`GET ${absolute('/sap/token?x=1')}`, POST])
})

test('the token is never fetched from another host', async () => {
  const csrf = { url: 'https://evil.example/token' }
  await expect(write('foreign', { csrf })).rejects.toMatchObject({ code: 'ERR_REMOTE_HOST' })
  expect(backend.received).toEqual([])
})

test('reads, and requests that bring a token, fetch none', async () => {
  const outbound = { destination: onPremise(backend, 'reader'), user: user('reader', 'reader') }
  await send(outbound, { method: 'get', url: PATH }, CSRF)
  const headers = { 'X-CSRF-Token': 'own' }
  const own = send(outbound, { method: 'post', url: PATH, headers }, CSRF)
  await expect(own).rejects.toMatchObject({ code: 'ERR_REMOTE_CSRF' })
  expect(backend.lines.filter((line) => line.startsWith('HEAD'))).toEqual([])
})

test('what opens the session is no part of the write: no body, no condition', async () => {
  const outbound = { destination: onPremise(backend, 'etag'), user: user('etag', 'etag') }
  const headers = { 'if-match': 'W/"1"', 'accept-language': 'de' }
  await send(outbound, { method: 'patch', url: PATH, data: { a: 1 }, headers }, CSRF)
  const [fetch] = backend.received
  expect(fetch?.headers).toMatchObject({ 'accept-language': 'de' })
  expect(Object.keys(fetch?.headers ?? {})).not.toContain('if-match')
  expect(fetch?.body).toBe('')
})

test('neither token nor cookie is in a response or an error', async () => {
  const response = await write('secretive')
  backend.answer = (_, res) => {
    json(
      res,
      409,
      { error: { code: 'X', message: 'taken' } },
      { 'set-cookie': 'SAP_SESSIONID=secret' }
    )
  }
  const error = await write('secretive').catch((e: unknown) => e)
  const { inspect } = jest.requireActual<typeof import('node:util')>('node:util')
  const seen = inspect([response, error], { depth: 10, showHidden: true })
  expect(seen).toMatch(/taken/)
  expect(seen).not.toMatch(/SAP_SESSIONID|token-\d|secret\b/)
})

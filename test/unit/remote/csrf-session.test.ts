import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { closeConnections } from '../../../src/remote/connections.js'
import { send, type SendOptions } from '../../../src/remote/send.js'
import { Backend, json, onPremise, plain, user } from './support/backend.js'

const PATH = '/sap/opu/odata/sap/API_X'
const CSRF: SendOptions = { csrf: true, path: PATH }

let backend: Backend
/** Tokens by session, as the system knows them. */
let sessions: Map<string, string>
let count: number

beforeEach(async () => {
  backend = await Backend.start()
  sessions = new Map()
  count = 0
  backend.answer = gateway
})
afterEach(async () => {
  closeConnections()
  await backend.stop()
})

/** What SAP Gateway does: a token belongs to the session that its cookie names, and that to a user. */
function gateway(req: IncomingMessage, res: ServerResponse): void {
  const owner = String(req.headers['sap-connectivity-authentication'])
  if (req.headers['x-csrf-token'] === 'Fetch') {
    const id = `${++count}`
    sessions.set(id, `token-${id} ${owner}`)
    const cookies = [
      `SAP_SESSIONID=${id}; path=/; secure; HttpOnly`,
      'sap-usercontext=sap-client=100; path=/'
    ]
    json(res, 200, {}, { 'x-csrf-token': `token-${id}`, 'set-cookie': cookies })
    return
  }
  if (req.method === 'GET') return json(res, 200, {})
  const [, id = ''] = /SAP_SESSIONID=(\d+)/.exec(req.headers.cookie ?? '') ?? []
  if (sessions.get(id) === `${String(req.headers['x-csrf-token'])} ${owner}`) {
    json(res, 201, { d: { id } }, { 'set-cookie': 'extra=1; path=/' })
  } else plain(res, 403, 'CSRF token validation failed', { 'x-csrf-token': 'Required' })
}

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

test('a session that the system has forgotten is renewed once, silently', async () => {
  await write('forgotten')
  sessions.clear()
  await expect(write('forgotten')).resolves.toMatchObject({ status: 201 })
  expect(backend.lines).toEqual([FETCH, POST, POST, FETCH, POST])
})

test('10 writes into a forgotten session: no more than 1 renewal', async () => {
  await write('crowd')
  sessions.clear()
  await Promise.all(Array.from({ length: 10 }, () => write('crowd')))
  expect(backend.lines.filter((line) => line === FETCH)).toHaveLength(2)
})

test('a token that is never good enough: ERR_REMOTE_CSRF, after one renewal', async () => {
  await write('stubborn')
  backend.answer = (req, res) => {
    if (req.method === 'HEAD') return gateway(req, res)
    plain(res, 403, 'CSRF token validation failed', { 'x-csrf-token': 'Required' })
  }
  const error = await write('stubborn').catch((e: unknown) => e)
  expect(error).toMatchObject({ code: 'ERR_REMOTE_CSRF', status: 502, response: { status: 403 } })
  expect(backend.lines).toEqual([FETCH, POST, POST, FETCH, POST])
})

test('the root gives no token: the URL of the request, with and without a slash, as in the Cloud SDK', async () => {
  backend.answer = (req, res) => {
    if (req.method === 'HEAD' && req.url !== absolute(`${PATH}/Things`)) return plain(res, 404, '')
    gateway(req, res)
  }
  await expect(write('elsewhere')).resolves.toMatchObject({ status: 201 })
  const things = absolute(`${PATH}/Things`)
  expect(backend.lines).toEqual([FETCH, `HEAD ${things}/`, `HEAD ${things}`, POST])
})

test('a token counts also on an answer that is a failure, as of S/4 for a URL with a slash', async () => {
  backend.answer = (req, res) => {
    if (req.method !== 'HEAD') return gateway(req, res)
    sessions.set('9', `token-9 ${String(req.headers['sap-connectivity-authentication'])}`)
    plain(res, 400, '', { 'x-csrf-token': 'token-9', 'set-cookie': 'SAP_SESSIONID=9; path=/' })
  }
  await expect(write('slash')).resolves.toMatchObject({ status: 201 })
  expect(backend.lines).toEqual([FETCH, POST])
})

test('where and how the token is fetched can be configured', async () => {
  await write('configured', { csrf: { url: '/sap/token?x=1', method: 'get' }, path: PATH })
  expect(backend.lines).toEqual([`GET ${absolute('/sap/token?x=1')}`, POST])
})

test('R67: the token is never fetched from another host', async () => {
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

test('R80: neither token nor cookie is in a response or an error', async () => {
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

describe('what a destination adds, it adds to every request', () => {
  const ADDED = {
    sapClient: '100',
    queryParameters: { 'sap-language': 'EN', 'with blank': 'a&b' },
    headers: { APIKey: 'of-api', 'x-http-method': 'kept' }
  }
  const SEARCH = 'sap-language=EN&with%20blank=a%26b'
  const added = (changes = {}) => ({
    destination: onPremise(backend, 'adder', { ...ADDED, ...changes }),
    user: user('adder', 'adder')
  })
  const url = `${PATH}/Things?$top=1`
  const things = (outbound: ReturnType<typeof added>, options = CSRF) =>
    send(outbound, { method: 'post', url, data: { a: 1 } }, options)

  /** Every request so far has it all. */
  function checkAll(): void {
    for (const { url, headers } of backend.received) {
      expect(new URL(url).search).toContain(SEARCH)
      expect(headers).toMatchObject({
        'sap-client': '100',
        apikey: 'of-api',
        'x-http-method': 'kept'
      })
    }
  }

  test.each<[string, SendOptions]>([
    ['at the root of the service', CSRF],
    ['at the URL of the request', { csrf: true }],
    ['where the configuration says', { csrf: { url: `${PATH}/$metadata?x=1`, method: 'get' } }]
  ])('a token is fetched %s', async (name, options) => {
    await expect(things(added({ name }), options)).resolves.toMatchObject({ status: 201 })
    expect(backend.received).toHaveLength(2)
    checkAll()
  })

  test('each place is asked, and the session is renewed', async () => {
    backend.answer = (req, res) => {
      if (req.method === 'HEAD' && !String(req.url).includes('/Things?')) return plain(res, 404, '')
      gateway(req, res)
    }
    await things(added({ name: 'EACH' }))
    sessions.clear()
    await things(added({ name: 'EACH' }))
    expect(backend.lines).toHaveLength(9)
    checkAll()
  })

  test('also when fresh tokens are sent', async () => {
    backend.answer = (req, res) => {
      const { 'sap-connectivity-authentication': own } = req.headers
      if (own === 'Bearer old') return plain(res, 401, 'no')
      gateway(req, res)
    }
    const outbound = {
      destination: onPremise(backend, 'old', { ...ADDED, name: 'FRESH' }),
      user: user('adder', 'old'),
      renew: () => Promise.resolve(onPremise(backend, 'new', { ...ADDED, name: 'FRESH' }))
    }
    await expect(things(outbound)).resolves.toMatchObject({ status: 201 })
    expect(backend.received.map(({ method }) => method)).toEqual(['HEAD', 'HEAD', 'POST'])
    checkAll()
  })
})

describe('a 401 to the request for a token is not the answer to the write', () => {
  const outbound = (name: string, renew?: () => Promise<HttpDestination>) => ({
    destination: onPremise(backend, name, { name }),
    user: user(name, name),
    ...(renew && { renew })
  })
  const things = (name: string, renew?: () => Promise<HttpDestination>, data: unknown = { a: 1 }) =>
    send(outbound(name, renew), { method: 'post', url: `${PATH}/Things`, data }, CSRF)
  /** A system that gives no tokens to anybody, and takes writes without. */
  const withoutTokens = (req: IncomingMessage, res: ServerResponse) => {
    if (req.method === 'HEAD') plain(res, 401, 'no')
    else json(res, 201, {})
  }

  test.each<[string, ((name: string) => Promise<HttpDestination>) | undefined]>([
    ['the credentials can not be renewed', undefined],
    [
      'other ones are refused as well',
      (name) => Promise.resolve(onPremise(backend, `new-${name}`))
    ],
    ['there are no other ones', (name) => Promise.resolve(onPremise(backend, name, { name }))]
  ])('the write is sent without: %s', async (title, renew) => {
    backend.answer = withoutTokens
    const name = `nobody-${title.length}`
    await expect(things(name, renew && (() => renew(name)))).resolves.toMatchObject({ status: 201 })
    const posts = backend.received.filter(({ method }) => method === 'POST')
    expect(posts).toHaveLength(1)
    expect(posts[0]?.headers).not.toHaveProperty('x-csrf-token')
  })

  test('the root refuses, and the URL of the request gives one', async () => {
    backend.answer = (req, res) => {
      if (req.method === 'HEAD' && req.url === absolute(`${PATH}/`)) return plain(res, 401, 'no')
      gateway(req, res)
    }
    await expect(things('rootless')).resolves.toMatchObject({ status: 201 })
  })

  test('other credentials are tried before anything is sent: also a body that is a stream gets there', async () => {
    backend.answer = (req, res) => {
      if (req.headers['sap-connectivity-authentication'] === 'Bearer renewed') gateway(req, res)
      else plain(res, 401, 'no')
    }
    const renew = () => Promise.resolve(onPremise(backend, 'renewed'))
    const answer = await things('outdated', renew, Readable.from(['streamed']))
    expect(answer).toMatchObject({ status: 201 })
    expect(backend.received.map(({ method, body }) => `${method} ${body}`)).toEqual([
      'HEAD ',
      'HEAD ',
      'POST streamed'
    ])
  })
})

test.each<[string, SendOptions, RegExp]>([
  ['not asked for', {}, /Required\)\. Set "csrf": true/],
  ['asked for', CSRF, /Required\), also with one that was asked for\. Set/]
])('the message knows whether a token was %s', async (_, options, message) => {
  backend.answer = (_, res) => plain(res, 403, 'no', { 'x-csrf-token': 'Required' })
  await expect(write('teller', options)).rejects.toThrow(message)
})

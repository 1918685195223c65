import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { send, type SendOptions } from '../../../../src/remote/http/send.js'
import { type Backend, json, onPremise, plain, user, withBackend } from '../support/backend.js'
import { CsrfGateway } from '../support/csrf-gateway.js'

const PATH = '/sap/opu/odata/sap/API_X'
const CSRF: SendOptions = { csrf: true, path: PATH }
const ROOT = `http://s4.internal:44300${PATH}/`

let backend: Backend
let gateway: CsrfGateway
withBackend((started) => {
  backend = started
  gateway = new CsrfGateway()
  backend.answer = gateway.answer
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

  test('a batch gets it as well', async () => {
    const boundary = 'b'
    const request = {
      method: 'post' as const,
      url: `${PATH}/$batch`,
      data: `--${boundary}\r\ncontent-type: application/http\r\n\r\nGET Things HTTP/1.1\r\n\r\n\r\n--${boundary}--\r\n`,
      headers: { 'content-type': `multipart/mixed;boundary=${boundary}` }
    }
    await send(added({ name: 'BATCH' }), request, CSRF)
    const paths = backend.received.map(({ url: each }) => new URL(each).pathname)
    expect(paths).toEqual([`${PATH}/`, `${PATH}/$batch`])
    checkAll()
  })

  test('each place is asked, and the session is renewed', async () => {
    backend.answer = (req, res) => {
      if (req.method === 'HEAD' && !String(req.url).includes('/Things?')) return plain(res, 404, '')
      gateway.answer(req, res)
    }
    await things(added({ name: 'EACH' }))
    gateway.sessions.clear()
    await things(added({ name: 'EACH' }))
    expect(backend.lines).toHaveLength(9)
    checkAll()
  })

  test('also when fresh tokens are sent', async () => {
    backend.answer = (req, res) => {
      const { 'sap-connectivity-authentication': own } = req.headers
      if (own === 'Bearer old') return plain(res, 401, 'no')
      gateway.answer(req, res)
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
      if (req.method === 'HEAD' && req.url === ROOT) return plain(res, 401, 'no')
      gateway.answer(req, res)
    }
    await expect(things('rootless')).resolves.toMatchObject({ status: 201 })
  })

  test('other credentials are tried before anything is sent: also a body that is a stream gets there', async () => {
    backend.answer = (req, res) => {
      if (req.headers['sap-connectivity-authentication'] === 'Bearer renewed')
        gateway.answer(req, res)
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
  const outbound = { destination: onPremise(backend, 'teller'), user: user('teller', 'teller') }
  const write = send(outbound, { method: 'post', url: `${PATH}/Things`, data: {} }, options)
  await expect(write).rejects.toThrow(message)
})

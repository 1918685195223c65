import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import { executeHttpRequest, type HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { send } from '../../../../src/remote/http/send.js'
import { type Backend, internet, json, onPremise, plain, withBackend } from '../support/backend.js'

let backend: Backend
withBackend((started) => {
  backend = started
})

/** Of the client, or of its connections. */
const OWN = ['user-agent', 'accept-encoding', 'connection', 'transfer-encoding']

async function both(destination: HttpDestination, config: () => HttpRequestConfig) {
  const stock = executeHttpRequest(destination, config(), { fetchCsrfToken: false })
  const outcomes = [
    await stock.catch((error: unknown) => error),
    await send({ destination }, config()).catch((error: unknown) => error)
  ]
  const sent = backend.received.map(({ method, url, headers, body }) => ({
    method,
    url,
    body,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.includes(name)))
  }))
  return { outcomes, sent }
}

const REQUESTS: [string, () => HttpRequestConfig][] = [
  ['a read', () => ({ method: 'get', url: '/a/b' })],
  ['without a slash', () => ({ method: 'GET', url: 'a/b' })],
  ['without a URL', () => ({ method: 'get' })],
  [
    'with a query',
    () => ({ method: 'get', url: "/A?$filter=name eq 'ü'&$top=1", params: { x: 1, y: 'a%20b' } })
  ],
  ['with dot segments', () => ({ method: 'get', url: '/a/../b' })],
  [
    'with headers',
    () => ({
      method: 'get',
      url: '/a',
      headers: { Accept: 'x/y', 'X-Own': 'v', 'sap-client': '1' }
    })
  ],
  ['an object', () => ({ method: 'post', url: '/a', data: { a: 'ü', b: [1] } })],
  ['an array', () => ({ method: 'put', url: '/a', data: [1, 2] })],
  ['an empty object', () => ({ method: 'post', url: '/a', data: {} })],
  [
    'text',
    () => ({ method: 'post', url: '/a', data: 'hello', headers: { 'content-type': 'text/plain' } })
  ],
  ['text of no type', () => ({ method: 'patch', url: '/a', data: 'a=b' })],
  [
    'text that is JSON',
    () => ({
      method: 'post',
      url: '/a',
      data: '{"a":1}',
      headers: { 'content-type': 'application/json' }
    })
  ],
  [
    'JSON that is text',
    () => ({
      method: 'post',
      url: '/a',
      data: 'a',
      headers: { 'content-type': 'application/json' }
    })
  ],
  ['a buffer', () => ({ method: 'put', url: '/a', data: Buffer.from('bytes') })],
  ['a stream', () => ({ method: 'put', url: '/a', data: Readable.from(['by', 'tes']) })],
  ['a form', () => ({ method: 'post', url: '/a', data: new URLSearchParams({ a: 'b c' }) })],
  ['nothing', () => ({ method: 'post', url: '/a' })],
  ['a deletion', () => ({ method: 'delete', url: '/a' })],
  ['HEAD', () => ({ method: 'head', url: '/a' })]
]

describe('the request is the same as that of the Cloud SDK', () => {
  test.each(REQUESTS)('%s', async (_, config) => {
    const { sent } = await both(internet(`${backend.url}/base/`), config)
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  })

  const originalProperties = { 'URL.headers.X-Configured': 'c', 'URL.queries.q': '1 2' }
  test.each<[string, () => HttpDestination]>([
    ['on premise', () => onPremise(backend)],
    [
      'with a location id and a client',
      () => onPremise(backend, undefined, { cloudConnectorLocationId: 'L', sapClient: '100' })
    ],
    [
      'as the user',
      () => onPremise(backend, 'eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoiYSIsInppZCI6InQifQ.x')
    ],
    [
      'Basic',
      () =>
        internet(backend.url, {
          authentication: 'BasicAuthentication',
          username: 'ü',
          password: 'p'
        })
    ],
    [
      'a token',
      () =>
        internet(backend.url, {
          authentication: 'OAuth2ClientCredentials',
          authTokens: [
            {
              value: 't',
              type: 'bearer',
              expiresIn: '1',
              error: null,
              http_header: { key: 'Authorization', value: 'Bearer t' }
            }
          ]
        })
    ],
    [
      'headers and queries',
      () =>
        internet(backend.url, {
          headers: { 'X-A': 'a' },
          queryParameters: { 'p q': 'r s' },
          originalProperties
        })
    ],
    [
      'headers of its own for logon',
      () => internet(backend.url, { headers: { authorization: 'Bearer own' } })
    ],
    ['an IPv6 address', () => internet(backend.url)]
  ])('to a destination %s', async (_, destination) => {
    const { sent } = await both(destination(), () => ({
      method: 'get',
      url: '/a?b=c',
      headers: { 'x-a': 'z' }
    }))
    expect(sent).toHaveLength(2)
    expect(sent[1]).toEqual(sent[0])
  })

  test('a body that is too long goes nowhere', async () => {
    const config = (data: unknown) => () =>
      ({ method: 'post', url: '/', data, maxBodyLength: 3 }) as const
    for (const data of ['long', Buffer.from('long')]) {
      const { outcomes, sent } = await both(internet(backend.url), config(data))
      const text = 'Request body larger than maxBodyLength limit'
      expect(outcomes.map((each) => (each as Error).message)).toEqual([text, text])
      expect(sent).toEqual([])
    }
    const stream = { ...config(Readable.from(['lo', 'ng']))() }
    await expect(send({ destination: internet(backend.url) }, stream)).rejects.toThrow(
      /maxBodyLength/
    )
  })

  test('what is not understood here is left to the Cloud SDK: forms with files, options of axios', async () => {
    const form = new FormData()
    form.append('file', new Blob(['content']), 'a.txt')
    const transformResponse = (text: string) => `transformed ${text}`
    const destination = internet(backend.url)
    const answer = await send(
      { destination },
      { method: 'post', url: '/f', data: form, transformResponse }
    )
    expect(backend.received[0]).toMatchObject({ body: expect.stringContaining('filename="a.txt"') })
    expect(answer.data).toMatch(/^transformed/)
  })
})

describe('the answer is the same as that of the Cloud SDK', () => {
  const TEXT = JSON.stringify({ text: 'ü'.repeat(1000) })
  const compressed = (encoding: string, bytes: Buffer) => ({
    'content-encoding': encoding,
    body: bytes
  })
  const BODIES: [string, { body: string | Buffer; [header: string]: string | Buffer }][] = [
    ['JSON', { body: TEXT }],
    ['a number', { body: '12' }],
    ['text', { body: 'hello' }],
    ['nothing', { body: '' }],
    ['a byte order mark', { body: `\uFEFF${TEXT}` }],
    ['gzip', compressed('gzip', gzipSync(TEXT))],
    ['deflate', compressed('deflate', deflateSync(TEXT))],
    ['Brotli', compressed('br', brotliCompressSync(TEXT))],
    ['an unknown encoding', compressed('x', Buffer.from('abc'))]
  ]

  describe.each(BODIES)('%s', (_, { body, ...headers }) => {
    test.each([undefined, 'text', 'json', 'arraybuffer', 'stream'])(
      'as %s',
      async (responseType) => {
        backend.answer = (__, res) =>
          res.writeHead(200, headers as Record<string, string>).end(body)
        const { outcomes } = await both(internet(backend.url), () => ({
          method: 'get',
          url: '/',
          responseType
        }))
        const [stock, own] = await Promise.all(outcomes.map(content))
        expect(own).toEqual(stock)
      }
    )
  })

  async function content(outcome: unknown) {
    if (outcome instanceof Error) return 'an error'
    const { status, data } = outcome as { status: number; data: unknown }
    return { status, data: data instanceof Readable ? await buffer(data) : data }
  }

  test('a stream can be read as it comes', async () => {
    let finish = (): unknown => undefined
    backend.answer = (_, res) => {
      res.writeHead(200).write('first')
      finish = () => res.end(' second')
    }
    const { data } = await send(
      { destination: internet(backend.url) },
      { method: 'get', url: '/', responseType: 'stream' }
    )
    const [chunk] = (await Promise.all([data.iterator({ destroyOnReturn: false }).next()])) as [
      { value: Buffer }
    ]
    expect(String(chunk.value)).toBe('first')
    finish()
    expect(String(await buffer(data))).toBe(' second')
  })

  test('a failed call says what there was, also where a stream was asked for', async () => {
    backend.answer = (_, res) => json(res, 404, { error: { code: '1', message: 'not there' } })
    const request = { method: 'get', url: '/', responseType: 'stream' } as const
    await expect(send({ destination: internet(backend.url) }, request)).rejects.toMatchObject({
      response: { status: 404, data: { error: { message: 'not there' } } }
    })
  })

  test('an answer that is too long', async () => {
    backend.answer = (_, res) => plain(res, 200, 'x'.repeat(1000))
    const request = { method: 'get', url: '/', maxContentLength: 10 } as const
    await expect(send({ destination: internet(backend.url) }, request)).rejects.toThrow(
      /maxContentLength size of 10 exceeded/
    )
  })

  test('a call that is canceled', async () => {
    backend.answer = () => undefined
    const signal = AbortSignal.timeout(20)
    const { outcomes } = await both(internet(backend.url), () => ({
      method: 'get',
      url: '/',
      signal
    }))
    expect(outcomes).toMatchObject([{ code: 'ERR_CANCELED' }, { code: 'ERR_CANCELED' }])
  })
})

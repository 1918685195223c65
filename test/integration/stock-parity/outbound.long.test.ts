import { join } from 'node:path'
import type { ServerResponse } from 'node:http'

import { Backend, json, plain } from '../../unit/remote/support/backend.js'
import { documented } from './support/differences.js'
import { Pair } from './support/pair.js'

type Any = Record<string, unknown>
type Respond = (res: ServerResponse) => void

interface Case {
  readonly title: string
  readonly respond: Respond
  readonly request?: Any
  readonly target?: string
}

const ERROR = { error: { code: 'X/007', message: 'not like that' } }
const HEADERS = { 'retry-after': '7', etag: 'W/"1"' }

const destinations: Record<string, Record<string, string>> = {
  NOBODY: { URL: 'http://localhost:1', Authentication: 'NoAuthentication' },
  NO_ADDRESS: { URL: 'http://nowhere.invalid', Authentication: 'NoAuthentication' }
}

let backend: Backend
let pair: Pair
beforeAll(async () => {
  backend = await Backend.start()
  const added = { 'sap-client': '100', 'URL.queries.lang': 'EN', 'URL.headers.apikey': 'of-api' }
  destinations['X'] = { URL: `${backend.url}/base`, Authentication: 'NoAuthentication' }
  destinations['ADDED'] = { ...destinations['X'], ...added }
  const rest = (destination: string) => ({ kind: 'rest', credentials: { destination } })
  const requires = Object.fromEntries(Object.keys(destinations).map((name) => [name, rest(name)]))
  const csrf = { ...rest('ADDED'), csrf: true }
  pair = await Pair.start(
    { extra: join(__dirname, 'outbound-app'), requires: { ...requires, CSRF: csrf } },
    { destinations }
  )
}, 120_000)
afterAll(async () => {
  await pair.stop()
  await backend.stop()
})

/** What came of the same call in both. */
async function outcomes(way: 'cap' | 'sdk', { respond, request, target = 'X' }: Case) {
  backend.answer = (_, res) => {
    respond(res)
  }
  const call = {
    method: 'POST',
    ...(way === 'cap' ? { path: '/x' } : { url: '/x' }),
    data: { a: 1 }
  }
  const body = { way, target, request: JSON.stringify({ ...call, ...request }) }
  const { stock, own } = await pair.post('alice', '/odata/v4/parity/call', body)
  const parsed = (text: unknown) => JSON.parse(String(text)) as { error?: Any; answer?: Any }
  return { stock: parsed(stock.body.value), own: parsed(own.body.value) }
}

const STATUSES = [400, 401, 403, 404, 405, 409, 412, 415, 422, 428, 429, 500, 501, 502, 503, 504]

const REFUSALS: Case[] = [
  ...STATUSES.flatMap((status) => [
    {
      title: `${status} with an OData error`,
      respond: (res: ServerResponse) => {
        json(res, status, ERROR, HEADERS)
      }
    },
    {
      title: `${status} in words`,
      respond: (res: ServerResponse) => {
        plain(res, status, 'in words', HEADERS)
      }
    }
  ]),
  { title: '304', respond: (res) => res.writeHead(304).end() },
  {
    title: '403, a CSRF token is required',
    respond: (res) => {
      plain(res, 403, 'no', { 'x-csrf-token': 'Required' })
    }
  }
]

const LOST: Case[] = [
  { title: 'the connection is lost', respond: ({ socket }) => socket?.destroy() },
  { title: 'nobody listens', target: 'NOBODY', respond: () => undefined },
  { title: 'the name has no address', target: 'NO_ADDRESS', respond: () => undefined }
]

/** Titles of the page of differences. */
const NAMED = 'Failed calls have a code, a status and words of their own'
const REDIRECTS = 'No redirect is followed'
const CONNECTION = 'The reason of a connection that failed is an error'
const ADDED = 'What a destination adds is part of requests for CSRF tokens, too'
const MASKED = 'A `Location` in an error has no query'

test('each difference has its place on the page of differences', () => {
  for (const title of [NAMED, REDIRECTS, CONNECTION, ADDED, MASKED]) {
    expect(documented).toContain(title)
  }
})

/** Where the call failed on its way, or at the door of the system; the rest is what the system says to the request. */
const isNamed = (status: unknown, body: unknown) =>
  status === undefined ||
  status === 401 ||
  status === 403 ||
  ([429, 503, 504].includes(Number(status)) && typeof body === 'string')

describe("errors of CAP's remote services", () => {
  test.each(REFUSALS)('$title', async (each) => {
    const { stock, own } = await outcomes('cap', each)
    const { own: ofStock, ...shape } = stock.error!
    const { own: ofOwn, ...ownShape } = own.error!
    const { status, body } = (shape['reason'] as { response: Any }).response
    expect(ownShape).toEqual(shape)
    if (!isNamed(status, body))
      expect(ofOwn).toEqual(ofStock) // else: NAMED
    else
      expect(ofOwn).toMatchObject({
        name: 'RemoteError',
        code: expect.stringMatching('ERR_REMOTE_')
      })
  })

  test.each(LOST)('$title', async (each) => {
    const { stock, own } = await outcomes('cap', each)
    const [reason, ownReason] = [stock, own].map(({ error }) => error!['reason'] as Any)
    expect(own.error!['statusCode']).toBe(stock.error!['statusCode'])
    const { name, ...others } = ownReason! // CONNECTION
    expect(name).toBe('AxiosError')
    expect({ ...others, message: undefined }).toEqual({ ...reason, message: undefined })
  })
})

describe('errors of executeHttpRequest', () => {
  test.each([...REFUSALS, ...LOST])('$title', async (each) => {
    const { stock, own } = await outcomes('sdk', each)
    expect(own).toEqual(stock)
    expect(own.error).toBeDefined()
  })
})

describe('redirects', () => {
  const to = (location: string) => (res: ServerResponse) => res.writeHead(302, { location }).end()
  const GET = { method: 'GET', data: undefined }
  const elsewhere = 'http://elsewhere.example/page'

  test.each<[string, Any]>([
    ['nothing is said about statuses', {}],
    ['statuses below 400 are good', { validateStatus: 'below400' }],
    ['every status is good', { validateStatus: 'any' }],
    ['no status is looked at', { validateStatus: 'none' }]
  ])('with `maxRedirects: 0`, %s', async (_, config) => {
    const request = { ...GET, maxRedirects: 0, ...config }
    const { stock, own } = await outcomes('sdk', { title: '', respond: to(elsewhere), request })
    expect(own).toEqual(stock)
    expect(JSON.stringify(own)).toContain(elsewhere)
  })

  test('a query, where codes and tokens are, is in no error', async () => {
    const respond = to(`${elsewhere}?code=secret#token=secret`)
    const { own } = await outcomes('sdk', { title: '', respond, request: GET }) // MASKED
    expect(own.error).toMatchObject({ response: { location: `${elsewhere}?***` } })
  })

  test.each(['cap', 'sdk'] as const)('%s: is followed by stock, and not here', async (way) => {
    const respond = (res: ServerResponse) => {
      if (res.req.url?.startsWith('/base')) res.writeHead(302, { location: '/there' }).end()
      else json(res, 200, { there: true })
    }
    const { stock, own } = await outcomes(way, { title: '', respond, request: GET }) // REDIRECTS
    expect(JSON.stringify(stock.answer)).toContain('"there":true')
    expect(JSON.stringify(own.error)).toMatch(/"location":"\/there"/)
  })
})

test.each<[string, Any]>([
  ['proxy: false', { proxy: false }],
  ['maxRedirects: 0', { maxRedirects: 0 }],
  ['agents that are null', { httpAgent: null, httpsAgent: null }],
  ['everything that is switched off', { auth: null, adapter: null, baseURL: '', socketPath: null }]
])('%s is no mistake', async (_, request) => {
  const respond = (res: ServerResponse) => {
    json(res, 200, { ok: true })
  }
  const { own } = await outcomes('sdk', { title: '', respond, request })
  expect(own.answer).toMatchObject({ status: 200, data: { ok: true } })
})

describe('what a destination adds', () => {
  const respond = (res: ServerResponse) => {
    const { headers, method } = res.req
    if (method === 'HEAD') json(res, 200, {}, { 'x-csrf-token': 'T', 'set-cookie': 'S=1; path=/' })
    else if (headers['x-csrf-token'] === 'T') json(res, 201, { ok: true })
    else plain(res, 403, 'no', { 'x-csrf-token': 'Required' })
  }

  test.each<['cap' | 'sdk', string, Any]>([
    ['cap', 'CSRF', {}],
    ['sdk', 'ADDED', { fetchCsrfToken: true }]
  ])('%s: is part of every request', async (way, target, request) => {
    backend.received.length = 0
    const { stock, own } = await outcomes(way, { title: '', respond, request, target })
    expect(own).toEqual(stock)
    const all = backend.received.map(({ method, url, headers }) => ({ method, url, headers }))
    const half = all.findIndex(({ method }) => method === 'POST') + 1
    const sent = (some: typeof all) =>
      some.filter(({ method }) => method === 'POST').map(({ url }) => url)
    expect(sent(all.slice(half))).toEqual(sent(all.slice(0, half)))
    for (const { url, headers } of all.slice(half)) {
      expect(url).toContain('?lang=EN') // ADDED
      expect(headers).toMatchObject({ 'sap-client': '100', apikey: 'of-api' })
    }
    expect(all.slice(0, half).some(({ url }) => !url.includes('lang'))).toBe(true)
  })
})

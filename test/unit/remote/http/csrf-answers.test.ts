import { Readable } from 'node:stream'

import { limitsInUse } from '../../../../src/lib/telemetry/limits.js'
import {
  sendInSession,
  type SessionScope,
  TokenRefusal
} from '../../../../src/remote/http/csrf-session.js'
import type { HttpAnswer, HttpCall } from '../../../../src/remote/http/message/http-call.js'

const WRITE = 'http://s4.internal/s/Things'
const REFUSED = { status: 403, headers: { 'x-csrf-token': 'Required' } }

/** What the system answers: to requests for a token, and to all others. */
let opening: Partial<HttpAnswer>[]
let written: Partial<HttpAnswer>[]
let sent: HttpCall[]
let user = 0

beforeEach(() => {
  opening = [{ headers: { 'x-csrf-token': 't' } }]
  written = [{}]
  sent = []
  user++
})

const answer = (each: Partial<HttpAnswer> = {}): HttpAnswer => ({
  ...{ status: 200, statusText: '', headers: {}, data: undefined },
  ...each
})

/** Answers with the next of a list; the last one stays. */
const next = (list: Partial<HttpAnswer>[]) => answer(list.length > 1 ? list.shift() : list[0])

async function send(call: HttpCall): Promise<HttpAnswer> {
  sent.push(call)
  await Promise.resolve()
  return next(call.headers['x-csrf-token'] === 'Fetch' ? opening : written)
}

const scope = (changes: Partial<SessionScope> = {}): SessionScope => ({
  ...{ key: [String(user)], root: new URL('http://s4.internal/s/'), tokenUrl: undefined },
  ...{ method: 'HEAD', search: '', kept: new Set<string>(), renewable: false },
  isOver: () => false,
  ...changes
})

const call = (changes: Partial<HttpCall> = {}): HttpCall => ({
  ...{ method: 'POST', url: new URL(WRITE), headers: {}, body: '{}', responseType: undefined },
  ...changes
})

const write = (changes: Partial<HttpCall> = {}, of: Partial<SessionScope> = {}) =>
  sendInSession(scope(of), call(changes), send)

const cookieOf = (each: HttpCall | undefined) => each?.headers['cookie']
const lines = () => sent.map(({ method, url }) => `${method} ${url.href}`)
const FETCH = 'HEAD http://s4.internal/s/'
const POST = `POST ${WRITE}`

/** Returns the cookies of a write, after a system has set these. */
async function cookiesAfter(...cookies: string[]): Promise<string | undefined> {
  opening = [{ headers: { 'x-csrf-token': 't', 'set-cookie': cookies } }]
  await write()
  return cookieOf(sent.at(-1))
}

describe('cookies of a session', () => {
  test.each<[string[], string | undefined]>([
    [['A=1; path=/', 'B=2'], 'A=1; B=2'],
    [['A = 1 ; path=/'], 'A=1'],
    [['A=1', ' A =2'], 'A=2'],
    [['A=x=y'], 'A=x=y'],
    [['=nameless', 'without-a-value', ' ; path=/'], undefined],
    [[], undefined]
  ])('%j are sent back as %s', async (cookies, expected) => {
    expect(await cookiesAfter(...cookies)).toBe(expected)
  })

  test.each([
    'max-age=0',
    '; max-age=0',
    ';max-age=0',
    ';  Max-Age=0',
    '; max-age=-1',
    '; max-age=-3600',
    '; max-age=0; path=/',
    '; max-age=0 ; path=/',
    '; max-age=0 ',
    '; path=/;MAX-AGE=0;secure'
  ])('one that ends with "A=%s" is not sent any more', async (attributes) => {
    const text = attributes.startsWith(';') ? `A=1${attributes}` : `A=1;${attributes}`
    expect(await cookiesAfter('A=1', 'B=2', text)).toBe('B=2')
  })

  test.each([
    '; max-age=3600',
    '; max-age=05',
    '; max-age=0x',
    '; not-max-age=0',
    '; max-age=-',
    '; max-age=-x'
  ])('one with "A=2%s" stays', async (attributes) => {
    expect(await cookiesAfter('A=1', `A=2${attributes}`)).toBe('A=2')
  })

  test('those of a write, and of its repetition, count for the next one', async () => {
    written = [
      { headers: { 'set-cookie': ['A=1'] } },
      REFUSED,
      { headers: { 'set-cookie': ['A=2'] } },
      {}
    ]
    for (let i = 0; i < 3; i++) await write()
    expect(lines()).toEqual([FETCH, POST, POST, FETCH, POST, POST])
    expect([2, 4, 5].map((i) => cookieOf(sent[i]))).toEqual(['A=1', undefined, 'A=2'])
  })
})

describe('tokens', () => {
  test('a newer one, that comes with any answer, replaces the first', async () => {
    written = [{ headers: { 'x-csrf-token': 'newer' } }, {}]
    for (let i = 0; i < 2; i++) await write()
    expect(sent.map(({ headers }) => headers['x-csrf-token'])).toEqual(['Fetch', 't', 'newer'])
  })

  test.each<[string | string[] | undefined]>([['Required'], ['fetch'], [''], [undefined], [['t']]])(
    '%j is none: all places are asked, and the write is sent without',
    async (token) => {
      opening = [{ headers: { 'x-csrf-token': token } }]
      await write()
      expect(lines()).toEqual([FETCH, `HEAD ${WRITE}/`, `HEAD ${WRITE}`, POST])
      expect(sent.at(-1)?.headers).toEqual({})
    }
  )

  test('an OPTIONS, and a request that brings its own, need none', async () => {
    await write({ method: 'OPTIONS' })
    await write({ headers: { 'x-csrf-token': 'own' } })
    expect(lines()).toEqual([`OPTIONS ${WRITE}`, POST])
  })

  test('the request for one has nothing of the write, but what is meant for all', async () => {
    const headers = {
      'content-type': 'application/json',
      'if-match': '*',
      'x-http-method': 'MERGE',
      'my-content-id': '1',
      'content-language': 'de',
      accept: 'application/json'
    }
    await write({ headers, responseType: 'arraybuffer' }, { kept: new Set(['content-language']) })
    expect(sent[0]).toEqual({
      method: 'HEAD',
      url: new URL('http://s4.internal/s/'),
      headers: {
        ...{ 'my-content-id': '1', 'content-language': 'de', accept: 'application/json' },
        'x-csrf-token': 'Fetch'
      },
      body: undefined,
      responseType: 'text'
    })
  })
})

describe('where a token is fetched', () => {
  test.each([WRITE, `${WRITE}/`, `${WRITE}//?$top=1#x`])(
    'without a known root: %s, with one slash at the end and without',
    async (href) => {
      opening = [{}]
      await write({ url: new URL(href) }, { root: undefined })
      expect(lines()).toEqual([`HEAD ${WRITE}/`, `HEAD ${WRITE}`, `POST ${href}`])
    }
  )

  test.each([
    ['http://s4.internal/token?x=1', '?a=b&c=d', 'http://s4.internal/token?x=1&a=b&c=d'],
    ['http://s4.internal/token', '?a=b', 'http://s4.internal/token?a=b'],
    ['http://s4.internal/token?x=1', '', 'http://s4.internal/token?x=1']
  ])('at %s with the query "%s" of the destination', async (tokenUrl, search, expected) => {
    await write({}, { tokenUrl: new URL(tokenUrl), search, method: 'GET' })
    expect(lines()).toEqual([`GET ${expected}`, POST])
  })
})

describe('a token that is refused', () => {
  test('with 407: nothing else is asked, and the write is not sent', async () => {
    opening = [{ status: 407 }]
    await expect(write()).resolves.toBeInstanceOf(TokenRefusal)
    expect(lines()).toEqual([FETCH])
  })

  test.each([
    [401, [FETCH, POST]],
    [407, [FETCH]]
  ])('with %d, to two calls of which one can be renewed', async (status, expected) => {
    opening = [{ status }]
    const [first, second] = await Promise.all([write({}, { renewable: true }), write()])
    expect(first).toBeInstanceOf(TokenRefusal)
    expect(second instanceof TokenRefusal).toBe(status === 407)
    expect(lines()).toEqual(expected)
  })

  test('with 401, and no other credentials: the other places are asked', async () => {
    opening = [{ status: 401 }]
    await expect(write()).resolves.toMatchObject({ status: 200 })
    expect(lines()).toEqual([FETCH, `HEAD ${WRITE}/`, `HEAD ${WRITE}`, POST])
  })
})

describe('a write that is refused for want of a token', () => {
  test('is not repeated with a body that is sent already', async () => {
    written = [REFUSED]
    await expect(write({ body: Readable.from(['x']) })).resolves.toMatchObject(REFUSED)
    expect(lines()).toEqual([FETCH, POST])
  })

  test('is not repeated if there is no new one', async () => {
    opening.push({})
    written = [REFUSED]
    await expect(write()).resolves.toMatchObject(REFUSED)
    expect(lines()).toEqual([FETCH, POST, FETCH, `HEAD ${WRITE}/`, `HEAD ${WRITE}`])
  })

  test('twice: the next write begins with a new one', async () => {
    written = [REFUSED, REFUSED, {}]
    await expect(write()).resolves.toMatchObject(REFUSED)
    await expect(write()).resolves.toMatchObject({ status: 200 })
    expect(lines()).toEqual([FETCH, POST, FETCH, POST, FETCH, POST])
  })
})

test('metrics can read how many sessions there are', async () => {
  const sessions = () => limitsInUse().find(({ name }) => name === 'csrf-sessions')
  const before = sessions()?.used ?? 0
  await write()
  expect(sessions()).toEqual({ name: 'csrf-sessions', used: before + 1, max: 10_000 })
})

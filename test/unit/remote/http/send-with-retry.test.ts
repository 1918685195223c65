import { Readable } from 'node:stream'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import {
  type HttpAnswer,
  type HttpCall,
  TransportError
} from '../../../../src/remote/http/message/http-call.js'
import {
  type RetryOptions,
  sendWithRetry,
  translationOf
} from '../../../../src/remote/http/send-with-retry.js'
import type { Outbound } from '../../../../src/remote/http/outbound.js'
import { internet, user } from '../support/backend.js'

type Outcome = Partial<HttpAnswer> | TransportError
const URL_OF = 'https://s4.example/base'

/** What comes of the requests, one after another; the last one stays. */
let outcomes: Outcome[]
let calls: HttpCall[]
let count = 0
beforeEach(() => {
  outcomes = [{}]
  calls = []
  count++
})

const transport = async (call: HttpCall): Promise<HttpAnswer> => {
  calls.push(call)
  await Promise.resolve()
  const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0]
  if (outcome instanceof Error) throw outcome
  return { ...{ status: 200, statusText: '', headers: {}, data: 'd' }, ...outcome }
}

const destination = (changes: object = {}) =>
  internet(URL_OF, { name: `S4-${String(count)}`, ...changes })
const bearer = (token: string) => destination({ headers: { Authorization: `Bearer ${token}` } })

function sent(
  config: Partial<HttpRequestConfig> = {},
  outbound: Partial<Outbound> = {},
  options: Partial<RetryOptions> = {}
) {
  return sendWithRetry(
    { destination: destination(), ...outbound },
    { method: 'get', url: '/x', ...config },
    { timeout: 5000, transport, ...options }
  )
}

const failure = async (...args: Parameters<typeof sent>): Promise<Error & { code?: string }> => {
  try {
    await sent(...args)
  } catch (error) {
    return error as Error
  }
  throw new Error('it has not failed')
}

const lines = () => calls.map(({ method, url }) => `${method} ${url.href}`)
const GET = `GET ${URL_OF}/x`
const POST = `POST ${URL_OF}/x`
const WRITE = { method: 'post', data: '{}' } as const

describe('an answer is a success', () => {
  test.each<[number, unknown, boolean]>([
    [199, undefined, false],
    [200, undefined, true],
    [299, undefined, true],
    [300, undefined, false],
    [404, undefined, false],
    [404, null, true],
    [404, (status: number) => status === 404, true],
    [200, (status: number) => status === 404, false]
  ])('with %d and validateStatus %p, or not: %p', async (status, validateStatus, isSuccess) => {
    outcomes = [{ status }]
    const config = validateStatus === undefined ? {} : { validateStatus }
    if (isSuccess) await expect(sent(config as object)).resolves.toMatchObject({ status })
    else await expect(failure(config as object)).resolves.toMatchObject({ status })
  })

  test.each<[string | undefined, string, boolean]>([
    [undefined, 'text/html; charset=utf-8', true], // axios asks for anything
    ['application/json', 'text/html; charset=utf-8', false],
    ['application/json', 'application/json', true],
    ['text/html', 'text/html', true],
    ['text/*', 'text/html', true],
    ['application/json, */*', 'text/html', true]
  ])('for accept %s, with a body of %s: %p', async (accept, type, isSuccess) => {
    outcomes = [{ headers: { 'content-type': type } }]
    const config = { headers: accept === undefined ? {} : { accept } }
    if (isSuccess) await expect(sent(config)).resolves.toMatchObject({ data: 'd' })
    else expect(translationOf(await failure(config))?.code).toBe('ERR_REMOTE_LOGON_PAGE')
  })

  test('whatever page it is, if validateStatus takes an answer that is none', async () => {
    outcomes = [{ status: 404, headers: { 'content-type': 'text/html' } }]
    const config = { headers: { accept: 'application/json' }, validateStatus: () => true }
    await expect(sent(config)).resolves.toMatchObject({ status: 404 })
  })
})

describe('a connection that is lost', () => {
  const lost = (isSent: boolean, code = 'ECONNRESET') =>
    new TransportError('lost', code, { sent: isSent, cause: new TypeError('of Node') })

  test.each<[string, object, TransportError, string[]]>([
    ['a read', {}, lost(true), [GET, GET]],
    ['a read, by another code', {}, lost(true, 'EPIPE'), [GET, GET]],
    ['a read that was refused', {}, lost(true, 'ECONNREFUSED'), [GET]],
    ['a write of which nothing was sent', WRITE, lost(false), [POST, POST]],
    ['a write that may have had its effect', WRITE, lost(true), [POST]],
    ['a write with a stream', { ...WRITE, data: Readable.from(['x']) }, lost(false), [POST]]
  ])('%s', async (_, config, error, expected) => {
    outcomes = [error]
    await expect(failure(config)).resolves.toMatchObject({ code: error.code, message: 'lost' })
    expect(lines()).toEqual(expected)
  })

  test('the repetition counts, and fails with its own error', async () => {
    outcomes = [lost(true), { data: 'second' }]
    await expect(sent()).resolves.toMatchObject({ data: 'second' })
    outcomes = [lost(true), new TransportError('other', 'ERR_OTHER')]
    await expect(failure()).resolves.toMatchObject({ code: 'ERR_OTHER' })
  })

  test.each([true, false])(
    'has the error of Node as its cause if asked for: %p',
    async (withCause) => {
      outcomes = [lost(true)]
      const { cause } = await failure({}, {}, { withCause })
      if (withCause) expect(cause).toMatchObject({ message: 'of Node' })
      else expect(cause).toBeUndefined()
    }
  )
})

describe('what is no failure of the way', () => {
  test('a URL that leads elsewhere: nothing is sent, and the error says it', async () => {
    const error = await failure({ url: 'https://evil.example/x' })
    expect(calls).toEqual([])
    expect(error.code).toBe('ERR_REMOTE_HOST')
    expect(translationOf(error)).toMatchObject({ code: 'ERR_REMOTE_HOST', name: 'RemoteError' })
  })

  test('an error of the application stays what it is', async () => {
    const own = new Error('own')
    outcomes = [{ status: 401 }]
    const outbound = { destination: bearer('a'), renew: () => Promise.reject(own) }
    expect(await failure({}, outbound)).toBe(own)
    for (const other of [own, undefined, 'text', null]) expect(translationOf(other)).toBeUndefined()
  })

  test('an answer of the system is not translated', async () => {
    outcomes = [{ status: 404 }]
    expect(translationOf(await failure())).toBeUndefined()
  })
})

describe('credentials that are refused', () => {
  const tokens = () => calls.map(({ headers }) => headers['authorization'])
  const renewing = (fresh: HttpDestination): Partial<Outbound> => ({
    destination: bearer('old'),
    user: user('alice'),
    renew: () => Promise.resolve(fresh)
  })

  test('are renewed once, also where the Cloud SDK has put them into the request', async () => {
    outcomes = [{ status: 401 }, {}]
    const headers = { Authorization: 'Bearer old', 'x-own': '1' }
    for (const config of [{}, { headers }]) {
      outcomes = [{ status: 401 }, {}]
      const outbound = { ...renewing(bearer('fresh')), user: undefined }
      await expect(sent(config, outbound)).resolves.toMatchObject({ status: 200 })
    }
    expect(tokens()).toEqual(['Bearer old', 'Bearer fresh', 'Bearer old', 'Bearer fresh'])
    expect(calls.map((each) => each.headers['x-own'])).toEqual([undefined, undefined, '1', '1'])
  })

  test('a second time, the error says that fresh ones did not help', async () => {
    outcomes = [{ status: 401 }]
    const error = await failure({}, renewing(bearer('fresh')))
    expect(tokens()).toEqual(['Bearer old', 'Bearer fresh'])
    expect(translationOf(error)?.message).toContain('also with fresh tokens')
  })

  test('and can not be replaced: the answer counts', async () => {
    outcomes = [{ status: 401 }]
    const error = await failure({}, renewing(bearer('old')))
    expect(tokens()).toEqual(['Bearer old'])
    expect(translationOf(error)?.message).not.toContain('also with fresh tokens')
    expect(error).toMatchObject({ status: 401 })
  })

  test('by an answer with another status, none are renewed', async () => {
    outcomes = [{ status: 403 }]
    await failure({}, renewing(bearer('fresh')))
    expect(tokens()).toEqual(['Bearer old'])
  })
})

describe('the time of a call', () => {
  test('is over: the request that comes late has no effect, and is not repeated', async () => {
    let lose = () => undefined as unknown
    const slow = (call: HttpCall) => {
      calls.push(call)
      return new Promise<never>((_, fail) => {
        lose = () => {
          fail(new TransportError('lost', 'ECONNRESET'))
        }
      })
    }
    const error = await failure({}, {}, { timeout: 5, transport: slow })
    expect(translationOf(error)?.code).toBe('ERR_REMOTE_TIMEOUT')
    expect(error.message).toBe(`Request to URL: ${URL_OF} ran into a timeout after 5ms.`)
    lose()
    for (let i = 0; i < 5; i++) await new Promise((done) => setImmediate(done))
    expect(lines()).toEqual([GET])
  })
})

describe('a session', () => {
  const opened = { headers: { 'x-csrf-token': 't' } }
  const write = (options: Partial<RetryOptions>, outbound: Partial<Outbound> = {}) =>
    sent(WRITE, outbound, { csrf: {}, ...options })
  const FETCH = `HEAD ${URL_OF}/s/`

  test.each<[Partial<RetryOptions>, string]>([
    [{ path: '/s' }, FETCH],
    [{ path: '/s///' }, FETCH],
    [{}, `HEAD ${URL_OF}/x/`],
    [{ csrf: { url: '/token' }, path: '/s' }, `HEAD ${URL_OF}/token`],
    [{ csrf: { method: 'get' }, path: '/s' }, `GET ${URL_OF}/s/`]
  ])('%j is opened with %s', async (options, expected) => {
    outcomes = [opened]
    await write(options)
    expect(lines()).toEqual([expected, POST])
  })

  test('is kept for one destination, URL, path, user and tenant', async () => {
    outcomes = [opened]
    const owners: [Partial<RetryOptions>, Partial<Outbound>][] = [
      [{ path: '/s' }, {}],
      [{ path: '/s' }, { destination: destination({ name: 'OTHER' }) }],
      [{ path: '/s' }, { destination: destination({ url: 'https://s4.example' }) }],
      [{ path: '/t' }, {}],
      [{ path: '/s' }, { user: user('alice') }],
      [{ path: '/s' }, { tenant: 't2' }]
    ]
    for (let i = 0; i < 2; i++)
      for (const [options, outbound] of owners) await write(options, outbound)
    const opening = calls.filter(({ method }) => method === 'HEAD')
    expect(opening).toHaveLength(owners.length)
    expect(calls).toHaveLength(3 * owners.length)
  })

  test('whose token is refused is opened with fresh credentials, before the write is sent', async () => {
    outcomes = [{ status: 401 }, opened, {}]
    const data = Readable.from(['x'])
    const outbound = { destination: bearer('old'), renew: () => Promise.resolve(bearer('fresh')) }
    await sent({ ...WRITE, data }, outbound, { csrf: {}, path: '/s' })
    expect(lines()).toEqual([FETCH, FETCH, POST])
    expect(calls.map(({ headers }) => headers['authorization'])).toEqual([
      ...['Bearer old', 'Bearer fresh', 'Bearer fresh']
    ])
  })

  test.each<[number, string[]]>([
    [401, [FETCH, FETCH, `HEAD ${URL_OF}/x/`, `HEAD ${URL_OF}/x`, POST]],
    [407, [FETCH]]
  ])('whose token is refused with %d, and there are no others', async (status, expected) => {
    outcomes = [{ status }]
    const same = bearer('old')
    const outbound = { destination: same, renew: () => Promise.resolve(same) }
    await expect(write({ path: '/s' }, outbound)).rejects.toMatchObject({ status })
    expect(lines()).toEqual(expected)
  })
})

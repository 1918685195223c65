import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { isExplained } from '../../../../src/lib/log.js'
import { limitsInUse } from '../../../../src/lib/telemetry/limits.js'
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

/** What comes of the requests, one after another; the last one stays. */
let outcomes: (Partial<HttpAnswer> | TransportError)[]
let calls: HttpCall[]
let count = 0
beforeEach(() => {
  outcomes = [{}]
  calls = []
  count++
})

const transport = (call: HttpCall): Promise<HttpAnswer> => {
  calls.push(call)
  const outcome = outcomes.length > 1 ? outcomes.shift() : outcomes[0]
  if (outcome instanceof Error) return Promise.reject(outcome)
  const answer = { status: 200, statusText: '', headers: {}, data: 'd', ...outcome }
  return Promise.resolve(answer)
}

const destination = (headers: Record<string, string>) =>
  internet('https://s4.example', { name: `C-${String(count)}`, headers })

const sent = (
  headers: Record<string, string>,
  outbound: Outbound,
  config: Partial<HttpRequestConfig> = {},
  options: Partial<RetryOptions> = {}
) =>
  sendWithRetry(
    outbound,
    { method: 'get', url: '/x', headers, ...config },
    { timeout: 5000, transport, ...options }
  )

const headersOf = (...names: string[]) =>
  calls.map(({ headers }) => names.map((name) => headers[name]))

test.each([
  [user('alice'), 'Bearer of-alice', 'named', 'the user'],
  [undefined, 'Bearer own', 'technical', 'the technical user']
])(
  'a call of %p goes out with %s, and its error names who that is',
  async (who, expected, principal, sender) => {
    outcomes = [{ status: 403 }]
    const outbound = { destination: destination({ authorization: 'Bearer of-alice' }), user: who }
    const failed = sent({ authorization: 'Bearer own' }, outbound)
    const error: unknown = await failed.catch((each: unknown) => each)
    expect(headersOf('authorization')).toEqual([[expected]])
    const translation = translationOf(error)
    expect(translation?.explanation).toMatchObject({ principal })
    expect(translation?.message).toContain(`refuses ${sender} (403)`)
    expect(isExplained(error)).toBe(true)
  }
)

test('without a token of the destination, a call of a user has none at all', async () => {
  await sent({ Authorization: 'Bearer own' }, { destination: destination({}), user: user('alice') })
  expect(headersOf('authorization')).toEqual([[undefined]])
})

test('of a technical call that is repeated, only what was refused is replaced', async () => {
  outcomes = [{ status: 407 }, {}]
  const outbound = {
    destination: destination({ 'proxy-authorization': 'old' }),
    renew: () => Promise.resolve(destination({ 'proxy-authorization': 'fresh' }))
  }
  const own = { Authorization: 'Basic own', 'x-own': 'old', 'Proxy-Authorization': 'old' }
  await expect(sent(own, outbound)).resolves.toMatchObject({ status: 200 })
  expect(headersOf('authorization', 'x-own', 'proxy-authorization')).toEqual([
    ['Basic own', 'old', 'old'],
    ['Basic own', 'old', 'fresh']
  ])
  const limit = limitsInUse().find(({ name }) => name === 'renewals')
  expect(limit).toMatchObject({ max: 20_000 })
})

test('a refused token of a write that can not be renewed is asked for elsewhere', async () => {
  outcomes = [{ status: 401 }, { status: 401 }, { status: 401 }, { status: 201 }]
  const outbound = { destination: destination({ authorization: 'Bearer old' }) }
  const write = { method: 'post', data: '{}' } as const
  const written = sent({}, outbound, write, { csrf: {}, path: '/s' })
  await expect(written).resolves.toMatchObject({ status: 201 })
  expect(calls.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
    ...['HEAD /s/', 'HEAD /x/', 'HEAD /x', 'POST /x']
  ])
})

test('a token that is refused to fresh credentials as well: these are not renewed with each write', async () => {
  let tokens = 0
  const current = () => destination({ authorization: `Bearer ${String(tokens)}` })
  const renew = jest.fn(() => {
    tokens++
    return Promise.resolve(current())
  })
  const write = { method: 'post', data: '{}' } as const
  const refused = [{ status: 401 }, { status: 401 }, { status: 401 }]
  outcomes = [{ status: 401 }, ...refused, { status: 201 }, { status: 401 }, ...refused, {}]
  for (const status of [201, 200]) {
    const outbound = { destination: current(), user: user('alice'), renew }
    const written = sent({}, outbound, write, { csrf: {}, path: '/s' })
    await expect(written).resolves.toMatchObject({ status })
  }
  expect(renew).toHaveBeenCalledTimes(1)
})

test.each([
  [{}, true],
  [undefined, false]
])(
  'a write that is refused for want of a token says whether one was asked for: %j',
  async (csrf, isAsked) => {
    outcomes = [{ status: 403, headers: { 'x-csrf-token': 'Required' } }]
    const outbound = { destination: destination({}) }
    const failed = sent({}, outbound, { method: 'post' }, csrf && { csrf })
    const error: unknown = await failed.catch((each: unknown) => each)
    expect(translationOf(error)?.message.includes('also with one that was asked for')).toBe(isAsked)
  }
)

test('no answer is no success, whatever validateStatus takes', async () => {
  outcomes = [new TransportError('gone', 'ECONNREFUSED')]
  for (const validateStatus of [null, () => true]) {
    const failed = sent({}, { destination: destination({}) }, { validateStatus })
    await expect(failed).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  }
})

test('an error that is not known stays what it is, and is not explained', async () => {
  outcomes = [new TransportError('odd', 'ERR_ODD')]
  const failed = sent({}, { destination: destination({}) })
  const error: unknown = await failed.catch((each: unknown) => each)
  expect(error).toMatchObject({ code: 'ERR_ODD', message: 'odd' })
  expect([translationOf(error), isExplained(error)]).toEqual([undefined, false])
})

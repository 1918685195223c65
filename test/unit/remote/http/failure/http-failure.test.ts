import { RemoteError } from '../../../../../src/errors.js'
import {
  HttpFailure,
  httpFailure,
  httpResponse,
  withCause,
  withRemoteError
} from '../../../../../src/remote/http/failure/http-failure.js'
import {
  type HttpAnswer,
  type HttpCall,
  TransportError
} from '../../../../../src/remote/http/message/http-call.js'

const CALL: HttpCall = {
  ...{
    method: 'POST',
    url: new URL('https://s4.example/x'),
    body: undefined,
    responseType: 'json'
  },
  headers: { authorization: 'Bearer secret-of-alice', accept: 'x' }
} as never
const answer = (status: number, headers: object = {}, data: unknown = 'text'): HttpAnswer =>
  ({ status, statusText: `Status ${String(status)}`, headers, data }) as never
const failed = (outcome: HttpAnswer | TransportError, call: HttpCall | undefined = CALL) =>
  httpFailure(
    outcome,
    call,
    { method: 'post', url: '/x', headers: { 'x-own': '1' } },
    'https://s4.example'
  )

describe('an answer that is no success', () => {
  test('is an error as of axios', () => {
    expect(Object.fromEntries(Object.entries(failed(answer(404))))).toEqual({
      ...{ isAxiosError: true, code: 'ERR_BAD_REQUEST', status: 404, name: 'AxiosError' },
      config: {
        method: 'post',
        url: '/x',
        headers: { authorization: '***', accept: '***' },
        baseURL: 'https://s4.example'
      },
      request: { method: 'POST', url: '/x', headers: { authorization: '***', accept: '***' } },
      response: { status: 404, statusText: 'Status 404', headers: {}, data: 'text' }
    })
    expect(failed(answer(404)).message).toBe('Request failed with status code 404')
  })

  test.each([
    [300, 'ERR_BAD_RESPONSE'],
    [302, 'ERR_BAD_RESPONSE'],
    [399, 'ERR_BAD_RESPONSE'],
    [400, 'ERR_BAD_REQUEST'],
    [499, 'ERR_BAD_REQUEST'],
    [500, 'ERR_BAD_RESPONSE']
  ])('%s has the code %s', (status, code) => {
    expect(failed(answer(status))).toMatchObject({
      code,
      message: `Request failed with status code ${String(status)}`
    })
  })

  test('of a type that is not accepted says so', () => {
    expect(failed(answer(200, { 'content-type': 'text/html' }))).toMatchObject({
      code: 'ERR_BAD_RESPONSE',
      message: "Received content-type 'text/html' which is not part of accepted content types"
    })
  })

  test('shows headers that can stand in a log, and no others', () => {
    const loggable = {
      'content-type': 'x',
      ...{ 'retry-after': '5', 'x-request-id': 'r', 'sap-message': 'm', etag: 'e' },
      ...{ 'x-correlation-id': 'c', 'x-correlationid': 'd', 'x-vcap-request-id': 'v' },
      ...{ allow: 'GET', 'cache-control': 'no-store', vary: '*', expires: '0', date: 'today' },
      ...{ 'content-encoding': 'br', 'content-language': 'de', 'content-length': '1' },
      ...{ dataserviceversion: '2.0', 'odata-version': '4.0', 'last-modified': 'yesterday' },
      ...{ 'sap-server': 'true', server: 's', 'www-authenticate': 'Bearer' }
    }
    const others = {
      'set-cookie': ['a=b'],
      'x-csrf-token': 'token',
      'x-other': 'x',
      authorization: 'x'
    }
    expect(failed(answer(400, { ...loggable, ...others })).response?.headers).toEqual(loggable)
    expect(Object.keys(failed(answer(400)).response?.headers ?? {})).toEqual([])
    for (const csrf of ['not-required', 'required-token', undefined])
      expect(failed(answer(403, { 'x-csrf-token': csrf })).response?.headers).toEqual({})
    for (const csrf of ['Required', 'required'])
      expect(failed(answer(403, { 'x-csrf-token': csrf })).response?.headers).toEqual({
        'x-csrf-token': csrf
      })
  })

  test.each([
    ['https://idp.example/login', 'https://idp.example/login'],
    ['https://idp.example/login?code=secret', 'https://idp.example/login?***'],
    ['/login#token=secret', '/login?***'],
    ['/login?a=1#b', '/login?***']
  ])('shows where %s leads, without what may be secret', (location, shown) => {
    expect(failed(answer(302, { location })).response?.headers).toEqual({ location: shown })
  })

  test('that repeats what was sent does not show it', () => {
    const echo = 'you sent secret-of-alice'
    const failure = failed({
      ...answer(400, { 'sap-message': echo }, { error: { message: echo } }),
      statusText: echo
    })
    expect(JSON.stringify([failure, failure.message])).not.toContain('secret-of-alice')
  })
})

describe('no answer', () => {
  const lost = (cause?: unknown) =>
    new TransportError('connect ECONNREFUSED, sent secret-of-alice', 'ECONNREFUSED', {
      sent: false,
      cause
    })

  test('is an error with the code of Node, and without a response', () => {
    const failure = failed(lost())
    expect(failure).toMatchObject({ code: 'ECONNREFUSED', request: { method: 'POST' } })
    expect(failure.message).not.toContain('secret-of-alice')
    for (const name of ['status', 'response']) expect(failure).not.toHaveProperty(name)
  })

  test('before anything was sent shows the headers of the caller by name', () => {
    const failure = httpFailure(
      lost(),
      undefined,
      { method: 'get', headers: { 'x-own': '1' } },
      'https://s4.example'
    )
    expect(failure).not.toHaveProperty('request')
    expect(failure.config).toEqual({
      method: 'get',
      url: '',
      headers: { 'x-own': '***' },
      baseURL: 'https://s4.example'
    })
    expect(httpFailure(lost(), undefined, { method: 'get' }, 'x').config.headers).toEqual({})
  })

  test('has what Node says as its cause, without what it may hold of the request', () => {
    const failure = failed(lost())
    const members = {
      code: 'ECONNREFUSED',
      errno: -111,
      syscall: 'connect',
      address: '::1',
      port: 443,
      hostname: 'h'
    }
    const cause = Object.assign(new TypeError('connect'), members, {
      request: { headers: 'secret' },
      path: '/x'
    })
    withCause(failure, lost(cause))
    expect({ ...(failure.cause as object) }).toEqual(members)
    expect((failure.cause as Error).message).toBe('connect')
    expect(failure.name).toBe('TypeError')
    expect(Object.keys(failure)).not.toContain('cause')
    const odd = failed(lost())
    withCause(odd, lost(Object.assign(new Error('x'), { code: { secret: 1 }, port: null })))
    expect({ ...(odd.cause as object) }).toEqual({})
    const without = failed(lost())
    withCause(without, lost('text'))
    expect(without.cause).toBeUndefined()
    withCause(failure, lost(new Error('later')))
    expect((failure.cause as Error).message).toBe('later')
  })
})

test('a failure knows what it means, and other errors stay what they are', () => {
  const failure = failed(answer(503))
  const meaning = new RemoteError('ERR_REMOTE_UNAVAILABLE', 'text', {
    reason: failure
  })
  Object.defineProperty(meaning, 'reason', { value: failure })
  expect(withRemoteError(meaning)).toBe(failure)
  expect(failure.remoteError).toBe(meaning)
  expect(Object.keys(failure)).not.toContain('remoteError')
  expect(withRemoteError(meaning)).toBe(failure) // as often as it is asked for
  const other = new RemoteError('ERR_REMOTE_HOST', 'text')
  expect(withRemoteError(other)).toBe(other)
  expect(failure).toBeInstanceOf(HttpFailure)
})

test('a success has no session of the user', () => {
  const headers = { 'content-type': 'x', 'set-cookie': ['a=b'], 'x-csrf-token': 't' }
  expect(httpResponse(answer(200, headers, { d: 1 }))).toEqual({
    ...{
      status: 200,
      statusText: 'Status 200',
      data: { d: 1 },
      headers: { 'content-type': 'x' },
      request: undefined
    }
  })
  const kept = { 'content-type': 'x' }
  expect(httpResponse(answer(200, kept)).headers).toBe(kept)
  expect(httpResponse(answer(200, { 'x-csrf-token': 't' })).headers).toEqual({})
  expect(httpResponse(answer(200, { 'set-cookie': ['a=b'] })).headers).toEqual({})
})

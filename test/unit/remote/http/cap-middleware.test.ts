import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import type { CallingService } from '../../../../src/cap-remote-types.js'
import { callMiddlewares, retryMiddleware } from '../../../../src/remote/http/cap-middleware.js'
import { explanationOf, failureOf } from '../../../../src/remote/http/failure/system-answer.js'
import type { HttpAnswer } from '../../../../src/remote/http/message/http-call.js'
import { translationOf } from '../../../../src/remote/http/send-with-retry.js'

/** A destination whose connection only the Cloud SDK can make. */
const destination: HttpDestination = {
  ...{ name: 'S4', url: 'https://s4.example', authentication: 'NoAuthentication' },
  agentOptions: { keepAlive: false }
}

type Request = HttpRequestConfig & { readonly signal?: AbortSignal }
type Client = (request: Request) => Promise<unknown>

/** What the Cloud SDK's client was asked for. */
let asked: Request[]
/** What it answers. */
let client: (request: Request) => Partial<HttpAnswer> | Promise<never>
const fn: Client = async (request) => {
  asked.push(request)
  return { status: 200, statusText: 'OK', headers: {}, data: { d: 1 }, ...(await client(request)) }
}
const lines = () => asked.map(({ method, baseURL, url }) => `${method} ${baseURL}${url}`)

beforeEach(() => {
  asked = []
  client = () => ({})
})

const SERVICE: CallingService = {
  ...{ kind: 'odata', requestTimeout: 5000, csrf: undefined, path: '/s' }
}
const WRITE = { method: 'post', url: '/s/Things', data: '{}' } as Request
const POST = 'POST https://s4.example/s/Things'

interface Call {
  readonly service?: Partial<CallingService>
  readonly request?: object
  readonly withToken?: boolean
  readonly outbound?: object
}

/** Sends a request through the middlewares, as CAP puts them around it. */
function call({ service, request, withToken, outbound }: Call = {}) {
  const { timeout, csrf } = callMiddlewares(
    { destination, ...outbound },
    { ...SERVICE, ...service }
  )
  const around = (middleware: typeof csrf, inner: Client) =>
    middleware({ fn: inner as never, context: {} as never }) as unknown as Client
  return around(timeout, withToken ? around(csrf, fn) : fn)({ ...WRITE, ...request })
}

const failed = async (options?: Call): Promise<Record<string, unknown>> => {
  try {
    await call(options)
  } catch (error) {
    return error as Record<string, unknown>
  }
  throw new Error('it has not failed')
}

test('without the middleware for it, no token is fetched', async () => {
  await expect(call()).resolves.toMatchObject({ status: 200, data: { d: 1 } })
  expect(lines()).toEqual([POST])
})

test.each<[CallingService['csrf'], string]>([
  [true, 'HEAD https://s4.example/s/'],
  [undefined, 'HEAD https://s4.example/s/'],
  [{}, 'HEAD https://s4.example/s/'],
  [{ url: '/token', method: 'get' }, 'GET https://s4.example/token']
])('with it, and "csrf": %j, one is fetched', async (csrf, expected) => {
  client = () => ({ headers: { 'x-csrf-token': 't' } })
  const name = JSON.stringify(csrf)
  const outbound = { destination: { ...destination, name } }
  await call({ service: { csrf }, withToken: true, outbound })
  expect(lines()).toEqual([expected, POST])
  expect(asked[1]?.headers).toMatchObject({ 'x-csrf-token': 't' })
})

test('the middleware for the token, where it is the only one, lets requests pass', async () => {
  const { csrf } = callMiddlewares({ destination }, SERVICE)
  const sent = csrf({ fn: fn as never, context: {} as never })(WRITE)
  await expect(sent).resolves.toMatchObject({ status: 200, data: { d: 1 } })
  expect(asked).toEqual([WRITE])
})

describe('a call ends', () => {
  beforeEach(() => {
    // as axios does
    client = ({ signal }) =>
      new Promise((_, fail) => {
        signal?.addEventListener('abort', () => {
          fail(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' }))
        })
      })
  })

  test('when its time is over, and so does its request', async () => {
    const error = await failed({ service: { requestTimeout: 10 } })
    expect(translationOf(error)?.code).toBe('ERR_REMOTE_TIMEOUT')
    expect(asked[0]?.signal?.aborted).toBe(true)
  })

  test('when its request is canceled', async () => {
    const controller = new AbortController()
    const canceled = failed({ request: { signal: controller.signal } })
    while (!asked.length) await new Promise((done) => setImmediate(done))
    controller.abort()
    await expect(canceled).resolves.toMatchObject({ code: 'ERR_CANCELED', message: 'canceled' })
    expect(asked[0]?.signal?.aborted).toBe(true)
  })
})

describe('a request that gets no answer', () => {
  const refuse = (error: Error) => {
    client = () => Promise.reject(error)
  }

  test.each<[object, string]>([
    [{ code: 'ECONNREFUSED' }, 'ECONNREFUSED'],
    [{}, 'ERR_NETWORK']
  ])('with %j, has the code %s', async (facts, code) => {
    refuse(Object.assign(new Error('no way'), facts))
    await expect(failed()).resolves.toMatchObject({ code, message: 'no way' })
  })

  test('has the cause, where it is asked for', async () => {
    const original = Object.assign(new Error('no way'), { code: 'ECONNREFUSED', port: 443 })
    refuse(original)
    const options = { timeout: 5000, withCause: true }
    const middleware = retryMiddleware({ destination }, options)
    const sent = middleware({ fn: fn as never, context: {} as never })(WRITE)
    const { cause } = (await sent.catch((error: unknown) => error)) as Error
    expect(cause).toMatchObject({ message: 'no way', code: 'ECONNREFUSED', port: 443 })
  })
})

describe('what a system says', () => {
  test('to a request is explained', async () => {
    client = () => ({ status: 404, data: 'no such thing' })
    const reason = await failed()
    expect(explanationOf({ reason })?.explanation).toMatchObject({
      destination: 'S4',
      sent: 'POST /s/Things'
    })
  })

  test('at its door, the error about the hop says, and nothing else', async () => {
    client = () => ({ status: 503, data: 'later' })
    const reason = await failed()
    expect(translationOf(reason)?.code).toBe('ERR_REMOTE_UNAVAILABLE')
    expect(explanationOf({ reason })).toBeUndefined()
  })

  test('to a request within a $batch is explained', async () => {
    const headers = { 'content-type': 'multipart/mixed' }
    const data = '--b\r\n\r\nHTTP/1.1 404 No\r\n\r\n{"error":{"code":"X/1","message":"m"}}'
    client = () => ({ headers, data })
    const request = { url: '/s/$batch', data: 'GET /Things HTTP/1.1' }
    const response = (await call({ request })) as HttpAnswer
    expect(explanationOf({ reason: { response } })?.explanation).toMatchObject({
      destination: 'S4',
      sent: 'GET /Things in a $batch',
      cause: expect.stringMatching(/404, X\/1$/) as string
    })
  })
})

describe('of a failed call of HCQL', () => {
  const service = { kind: 'hcql' }

  test('the answer stays, and its errors lead to the failure', async () => {
    const errors = [{ code: 'X/1', message: 'm' }]
    client = () => ({ status: 409, data: { errors } })
    const failure = await failed({ service })
    const { data } = failure['response'] as { data: { errors: unknown[] } }
    expect(data).toEqual({ errors })
    expect(failureOf({ cause: data.errors[0] })).toBe(failure)
  })

  test('without an answer, there is an empty one', async () => {
    client = () => Promise.reject(new Error('no way'))
    expect(await failed({ service })).toMatchObject({ response: { data: {} } })
    expect(await failed()).not.toHaveProperty('response')
  })

  test('that this package has not sent, nothing changes', async () => {
    client = () => ({ status: 401 })
    const own = new Error('of the application')
    const renew = () => Promise.reject(own)
    const token = {
      ...{ type: 'bearer', value: 'x', expiresIn: '60', error: null },
      http_header: { key: 'Authorization', value: 'Bearer x' }
    }
    const withToken = { authentication: 'OAuth2ClientCredentials', authTokens: [token] }
    const outbound = { destination: { ...destination, ...withToken }, renew }
    expect(await failed({ service, outbound })).toBe(own)
    expect(own).not.toHaveProperty('response')
  })
})

import cds from '@sap/cds'

import {
  type DestinationRequest,
  destinationFor,
  executeHttpRequest
} from '../../../src/remote/api.js'
import { closeConnections } from '../../../src/remote/http/connections/connections.js'
import { Backend, json } from './support/backend.js'
import { readableToken, tokenUser } from './support/token-user.js'

jest.mock('../../../src/lib/log.js')
// refusals are written to it in the background, after the test
Reflect.deleteProperty(cds.env.requires, 'audit-log')

let backend: Backend
beforeEach(async () => {
  backend = await Backend.start()
  const { url } = backend
  process.env['destinations'] = JSON.stringify([
    { name: 'PLAIN', url: `${url}/base`, authentication: 'NoAuthentication' },
    { name: 'BASIC', url, authentication: 'BasicAuthentication', username: 'u', password: 'p' },
    { name: 'FORWARD', url, forwardAuthToken: true }
  ])
})
afterEach(async () => {
  delete process.env['destinations']
  closeConnections()
  await backend.stop()
})

/** Whose token a request has brought, if it is a user's. */
function senders(): unknown[] {
  return backend.received.map(({ headers: { authorization = '' } }) => {
    const [, payload] = authorization.split('.')
    if (!payload) return authorization
    const { user_name } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      user_name: string
    }
    return user_name
  })
}

const named = (userId: string, expiresIn = 3600) =>
  tokenUser(userId, 't1', expiresIn, readableToken(userId, Date.now() / 1000 + expiresIn))

/** Does something as somebody, while an HTTP request with these headers is answered. */
function as<T>(user: unknown, work: () => Promise<T>, headers: object = {}): Promise<T> {
  const http = { req: { headers }, res: {} }
  return cds.tx({ tenant: 't1', user, http } as never, work as never) as unknown as Promise<T>
}
const GET = { method: 'get', url: '/x' } as const
const alice = () => named('alice')

describe('a request to a destination', () => {
  test('goes below its URL, with its query and what the destination adds', async () => {
    const { data, status } = await as(alice(), () =>
      executeHttpRequest('PLAIN', {
        method: 'get',
        url: '/things?a=1',
        params: { b: 2 },
        headers: { accept: 'x/y' }
      })
    )
    expect([status, data]).toEqual([200, { d: 'ok' }])
    expect(backend.lines).toEqual(['GET /base/things?a=1&b=2'])
    expect(backend.received[0]?.headers).toMatchObject({ accept: 'x/y' })
    expect(backend.received[0]?.headers).not.toHaveProperty('authorization')
    await as(alice(), () => executeHttpRequest({ destinationName: 'BASIC' }, GET))
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`
    expect(backend.received[1]?.headers).toMatchObject({ authorization: basic })
  })

  test('with data fetches a CSRF token, unless it is told not to', async () => {
    const post = { method: 'post', url: '/x', data: { a: 1 } } as const
    const fetched = () =>
      backend.received.filter(({ headers }) => headers['x-csrf-token'] === 'Fetch').length
    await as(alice(), () => executeHttpRequest('PLAIN', post, { fetchCsrfToken: false }))
    expect([backend.lines, fetched()]).toEqual([['POST /base/x'], 0])
    await as(alice(), () => executeHttpRequest('PLAIN', post))
    expect(fetched()).toBeGreaterThan(0)
    expect(backend.received.at(-1)).toMatchObject({ method: 'POST', body: '{"a":1}' })
  })

  test('is over in the time that it is given', async () => {
    backend.answer = () => undefined
    const late = as(alice(), () => executeHttpRequest('PLAIN', { ...GET, timeout: 30 }))
    await expect(late).rejects.toMatchObject({ code: 'ECONNABORTED' })
  })

  test('passes what the caller has put in its way', async () => {
    const seen: string[] = []
    const middleware = [
      ((options: { fn: (argument: unknown) => unknown }) => (argument: unknown) => {
        seen.push('before')
        return options.fn(argument)
      }) as never
    ]
    await as(alice(), () => executeHttpRequest('PLAIN', { ...GET, middleware }))
    expect([seen, backend.lines]).toEqual([['before'], ['GET /base/x']])
  })

  test('fails in the shape of the SAP Cloud SDK, with what it means', async () => {
    backend.answer = (_, res) => {
      json(res, 409, { error: { code: 'X', message: 'taken' } })
    }
    const failed = await as(alice(), () =>
      executeHttpRequest('PLAIN', GET).catch((error: unknown) => error)
    )
    expect(failed).toMatchObject({
      ...{ name: 'AxiosError', isAxiosError: true, code: 'ERR_BAD_REQUEST', status: 409 },
      response: { status: 409, data: { error: { message: 'taken' } } },
      message: 'Request failed with status code 409'
    })
    await backend.stop()
    const lost = await as(alice(), () =>
      executeHttpRequest('PLAIN', GET).catch((error: unknown) => error)
    )
    expect(lost).toMatchObject({ code: 'ECONNREFUSED' })
    expect((lost as { remoteError?: unknown }).remoteError).toMatchObject({
      code: 'ERR_REMOTE_UNREACHABLE'
    })
    expect(Object.keys(lost as object)).not.toContain('remoteError')
  })
})

describe('credentials', () => {
  const INBOUND = { authorization: 'Bearer of-the-request', cookie: 'a=b' }

  test('of the request that is being answered go no further', async () => {
    const headers = { Authorization: INBOUND.authorization, cookie: INBOUND.cookie, 'x-own': '1' }
    await as(alice(), () => executeHttpRequest('PLAIN', { ...GET, headers }), INBOUND)
    const [first] = backend.received
    expect(first?.headers).toMatchObject({ 'x-own': '1' })
    for (const name of ['authorization', 'cookie']) expect(first?.headers).not.toHaveProperty(name)
  })

  test('of the application stay, unless the call goes out as the user', async () => {
    const headers = { authorization: 'Bearer of-the-application' }
    await as(alice(), () => executeHttpRequest('PLAIN', { ...GET, headers }), INBOUND)
    await as(alice(), () => executeHttpRequest('FORWARD', { ...GET, headers }), INBOUND)
    expect(senders()).toEqual(['Bearer of-the-application', 'alice'])
  })

  test('are told apart by where they come from, where the caller says so', async () => {
    const custom = { authorization: INBOUND.authorization, 'x-own': '1' }
    const requestConfig = { cookie: INBOUND.cookie, 'x-other': '2' }
    const headers = { custom, requestConfig } as never
    await as(alice(), () => executeHttpRequest('PLAIN', { ...GET, headers }), INBOUND)
    const [first] = backend.received
    expect(first?.headers).toMatchObject({ 'x-own': '1', 'x-other': '2' })
    for (const name of ['authorization', 'cookie', 'custom'])
      expect(first?.headers).not.toHaveProperty(name)
  })
})

describe('as whom it goes out', () => {
  test('is who is current, and nobody else may be needed', async () => {
    const request = { destinationName: 'FORWARD', onBehalfOf: 'namedUser' } as const
    for (const name of ['alice', 'bob'])
      await as(named(name), () => executeHttpRequest(request, GET))
    expect(senders()).toEqual(['alice', 'bob'])
    for (const user of [new cds.User.Privileged(), new cds.User('alice')]) {
      const refused = as(user, () => executeHttpRequest(request, GET), {
        authorization: 'Bearer x'
      })
      await expect(refused).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    }
    expect(backend.received).toHaveLength(2)
  })

  test('is no user whose token would be over', async () => {
    const soon = as(named('alice', 30), () =>
      executeHttpRequest({ destinationName: 'FORWARD', minTokenLifetime: 60 }, GET)
    )
    await expect(soon).rejects.toMatchObject({ code: 'ERR_TOKEN_EXPIRES' })
    expect(backend.received).toEqual([])
  })

  test('can not be lost', async () => {
    const technical = { destinationName: 'BASIC', onBehalfOf: 'namedUser' } as const
    await expect(as(alice(), () => executeHttpRequest(technical, GET))).rejects.toMatchObject({
      code: 'ERR_DESTINATION_TECHNICAL'
    })
    const bound = { destinationName: 'FORWARD', onBehalfOf: 'systemUser' } as const
    await expect(as(alice(), () => executeHttpRequest(bound, GET))).rejects.toMatchObject({
      code: 'ERR_DESTINATION_USER_BOUND'
    })
    expect(backend.received).toEqual([])
  })
})

describe('what leads elsewhere is refused before anything is sent', () => {
  test.each([
    ...['adapter', 'auth', 'baseURL', 'beforeRedirect', 'httpAgent', 'httpsAgent', 'lookup'],
    ...['maxRedirects', 'proxy', 'socketPath', 'transport']
  ])('requestConfig.%s', async (name) => {
    const request = as(alice(), () => executeHttpRequest('PLAIN', { ...GET, [name]: 'x' }))
    await expect(request).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION',
      message: `requestConfig.${name} can't be set: the destination says where a request goes, and as whom`
    })
    const off = as(alice(), () =>
      executeHttpRequest('PLAIN', { ...GET, [name]: name === 'maxRedirects' ? 0 : false })
    )
    await expect(off).resolves.toMatchObject({ status: 200 })
  })

  test.each([
    'https://evil.example/',
    ' HTTP://evil.example',
    '//evil.example',
    '\\\\evil.example',
    '/\\evil.example',
    'x+y.z-1:a'
  ])('the URL %j', async (url) => {
    const request = as(alice(), () => executeHttpRequest('PLAIN', { method: 'get', url }))
    await expect(request).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION',
      message: 'requestConfig.url must be a path, relative to the destination'
    })
    expect(backend.received).toEqual([])
  })

  test('and so is a path that leaves that of the destination', async () => {
    const request = as(alice(), () => executeHttpRequest('PLAIN', { method: 'get', url: '/../x' }))
    await expect(request).rejects.toMatchObject({ code: 'ERR_REMOTE_PATH' })
    await expect(
      as(alice(), () => executeHttpRequest('PLAIN', { method: 'get' }))
    ).resolves.toMatchObject({ status: 200 })
    expect(backend.lines).toEqual([expect.stringMatching(/^GET \/base\/?$/)])
  })

  test.each([{ url: 'https://x.example' }, {}, { destinationName: 5 }])(
    'and a destination that is none: %j',
    async (destination) => {
      const request = as(alice(), () =>
        executeHttpRequest(destination as unknown as DestinationRequest, GET)
      )
      await expect(request).rejects.toMatchObject({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          /^executeHttpRequest takes the name of a destination, .*@sap-cloud-sdk\/http-client$/
        ) as string
      })
    }
  )

  test.each([
    { onBehalfOf: 'nobody' },
    { unknown: true },
    { minTokenLifetime: -1 },
    { useCache: 'x' },
    { selectionStrategy: 'anyTenant' }
  ])('and options that are none: %j', async (options) => {
    const wrong = { destinationName: 'PLAIN', ...options } as unknown as DestinationRequest
    await expect(as(alice(), () => executeHttpRequest(wrong, GET))).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION'
    })
    await expect(
      as(alice(), () => destinationFor('PLAIN', options as never))
    ).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
    expect(backend.received).toEqual([])
  })
})

test('a destination for other clients is for exactly who is current', async () => {
  const user = alice()
  const own = await as(user, () => destinationFor('FORWARD', { onBehalfOf: 'namedUser' }))
  await as(user, () => {
    expect(own.headers).toEqual({ authorization: expect.stringMatching(/^Bearer ey/) as string })
    return Promise.resolve()
  })
  const later = as(named('bob'), () => Promise.resolve().then(() => own.headers))
  await expect(later).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
  await expect(as(alice(), () => destinationFor('UNKNOWN'))).rejects.toMatchObject({
    code: expect.stringMatching(/^ERR_DESTINATION/) as string
  })
})

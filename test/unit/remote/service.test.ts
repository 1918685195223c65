import cds from '@sap/cds'

import PrincipalRemoteService from '../../../src/remote/service.js'
import { isCap9 } from '../../support/cap-version.js'
import { muteConsole } from '../../support/console.js'
import { type Backend, withBackend } from './support/backend.js'

muteConsole('info', 'warn', 'error')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

let backend: Backend
withBackend((started) => {
  backend = started
})
afterEach(() => {
  delete process.env['destinations']
})

class Remote extends PrincipalRemoteService {}

async function remote(options: object): Promise<Remote> {
  const make = Remote as unknown as new (...parameters: unknown[]) => Remote
  const service = new make('S4', {}, { kind: 'rest', ...options })
  await service.init()
  return service
}

/** Does something as the privileged user, as CAP handles a message of a broker. */
function privileged<T>(work: () => Promise<T>): Promise<T> {
  const context = { tenant: 't1', user: new cds.User.Privileged() }
  return cds.tx(context as never, work as never) as unknown as Promise<T>
}

describe('an event', () => {
  const forwarding = () =>
    remote({
      onBehalfOf: 'namedUser',
      credentials: { url: backend.url, forwardAuthToken: true }
    })

  test('of a broker gets to its handler, whose own calls are decided', async () => {
    const service = await forwarding()
    const received: unknown[] = []
    service.on('Changed', async ({ data }: cds.Request) => {
      received.push(data)
      await service.send('GET' as never, '/x' as never).catch((error: unknown) => {
        received.push((error as { code?: string }).code)
      })
    })
    const message = { tenant: 't1', user: new cds.User.Privileged() }
    await privileged(() =>
      (service.tx(message as never) as unknown as Remote).emit('Changed', { id: 1 })
    )
    expect(received).toEqual([{ id: 1 }, 'ERR_USER_TOKEN_REQUIRED'])
    expect(backend.received).toEqual([])
  })

  test('for which CAP would send a request is a call like any other', async () => {
    const service = await forwarding()
    for (const sent of [{ path: '/x' }, { query: {} }]) {
      const event = Object.assign(new cds.Event({ event: 'Changed' }), sent)
      await expect(privileged(() => service.handle(event as never))).rejects.toMatchObject({
        code: 'ERR_USER_TOKEN_REQUIRED'
      })
    }
    expect(backend.received).toEqual([])
  })

  test('of the queue is a call like any other', async () => {
    const service = await forwarding()
    const handler = jest.fn(() => Promise.resolve())
    service.on('Changed', handler)
    const message = new cds.Event({ event: 'Changed' })
    // CAP gives a message of the queue a context that is a plain object
    Object.defineProperty(message, 'context', { value: { tenant: 't1' } })
    await expect(privileged(() => service.handle(message as never))).rejects.toMatchObject({
      code: 'ERR_USER_TOKEN_REQUIRED'
    })
    expect(handler).not.toHaveBeenCalled()
  })
})

describe("CAP's own HTTP client", () => {
  const env = cds.env as { remote?: object }
  const { remote: configured } = env
  beforeEach(() => {
    env.remote = { ...configured, native_fetch: true }
  })
  afterEach(() => {
    env.remote = configured as object
  })

  const token = (value: string) => ({
    ...{ type: 'bearer', value, expires_in: '3600' },
    http_header: { key: 'Authorization', value: `Bearer ${value}` }
  })

  async function called(destination: object): Promise<void> {
    const own = { name: 'D', url: backend.url, ...destination }
    process.env['destinations'] = JSON.stringify([own])
    const service = await remote({ credentials: { destination: 'D' } })
    await privileged(() => service.send('GET' as never, '/x' as never) as unknown as Promise<void>)
  }

  test('sends the credentials of a technical destination, and what it adds', async () => {
    await called({
      authentication: 'OAuth2ClientCredentials',
      authTokens: [token('of-the-application')],
      sapClient: '100',
      headers: { 'X-Own': 'own' },
      queryParameters: { q: 'a b' },
      originalProperties: { 'URL.headers.X-Other': 'other', 'URL.queries.r': '1' }
    })
    const [request] = backend.received
    expect(request?.url).toBe('/x?q=a+b&r=1')
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer of-the-application',
      'sap-client': '100',
      'x-own': 'own',
      'x-other': 'other'
    })
  })

  test('sends user and password', async () => {
    await called({ authentication: 'BasicAuthentication', username: 'u', password: 'p' })
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`
    expect(backend.received[0]?.headers).toMatchObject({ authorization: basic })
  })

  test.each([
    ['is declared', { authentication: 'BasicAuthentication' as const }],
    ['is not declared', {}]
  ])('sends a user without a password, as CAP does, if that %s', async (_, declared) => {
    const { url } = backend
    const inline = { credentials: { url, username: 'key', ...declared } }
    const service = await remote(inline)
    await privileged(() => service.send('GET' as never, '/x' as never) as unknown as Promise<void>)
    const basic = `Basic ${Buffer.from('key:').toString('base64')}`
    // CAP 9 warns that the password is missing, and sends neither
    expect(backend.received[0]?.headers.authorization).toBe(isCap9 ? undefined : basic)
  })

  test.each([
    ['is on premise', { proxyType: 'OnPremise', authentication: 'NoAuthentication' }],
    ['needs a client certificate', { authentication: 'ClientCertificateAuthentication' }],
    ['needs a client certificate', { mtls: true }],
    ['needs a client certificate', { mtlsKeyPair: { cert: 'c', key: 'k' } }]
  ])('is refused for a destination that %s', async (reason, destination) => {
    await expect(called(destination)).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION',
      message: expect.stringMatching(`destination "D" ${reason}, and CAP's own.*native_fetch`)
    })
    expect(backend.received).toEqual([])
  })

  test('says itself that a service has no URL', async () => {
    const service = await remote({ credentials: { path: '/y' } })
    const call = privileged(
      () => service.send('GET' as never, '/x' as never) as unknown as Promise<void>
    )
    await expect(call).rejects.toThrow(/"url" or "destination"/)
  })
})

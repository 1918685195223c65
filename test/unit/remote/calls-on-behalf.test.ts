import cds from '@sap/cds'

import { type CurrentCall, callsOnBehalf } from '../../../src/remote/calls-on-behalf.js'
import { checkImplementation } from '../../../src/remote/start-checks.js'
import { onPrincipalCall } from '../../../src/remote/evidence/call.js'
import type { PrincipalCall } from '../../../src/remote/evidence/principal-call.js'
import { muteConsole } from '../../support/console.js'
import { tokenUser } from './support/token-user.js'

muteConsole('warn')

type Options = Record<string, unknown>

// refusals are written to it in the background, after the test
Reflect.deleteProperty(cds.env.requires, 'audit-log')

/** A service of a kind of which nothing is known here. */
class Agent extends cds.Service {
  currentCall!: () => Promise<CurrentCall>

  override init() {
    this.currentCall = callsOnBehalf(this)
    return super.init()
  }
}

async function connected<T extends cds.Service>(
  Service: new (...parameters: never[]) => T,
  options: Options
): Promise<T> {
  const make = Service as unknown as new (name: string, model: object, options: Options) => T
  const service = new make('AGENT', {}, { kind: 'a2a', ...options })
  await service.init()
  return service
}

const url = 'https://agent.example/a2a'
const user = () => new cds.User.Anonymous()

describe('onBehalfOf of a service of another kind', () => {
  test('stops the start where nobody sees to it, and the message names the function', async () => {
    const service = await connected(cds.Service, { credentials: { url }, onBehalfOf: 'systemUser' })
    expect(() => {
      checkImplementation(service)
    }).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          /^cds\.requires\.AGENT\.onBehalfOf is set, but its implementation.*callsOnBehalf/
        ) as string
      })
    )
  })

  test('is no matter where it is not set', async () => {
    const service = await connected(cds.Service, { credentials: { url } })
    expect(() => {
      checkImplementation(service)
    }).not.toThrow()
  })

  test('is seen to by an implementation that says so, also behind a queue', async () => {
    const service = await connected(Agent, { credentials: { url }, onBehalfOf: 'systemUser' })
    for (const each of [service, cds.queued(service)]) {
      expect(() => {
        checkImplementation(each)
      }).not.toThrow()
    }
  })

  test.each<[Options, RegExp]>([
    [{ onBehalfOf: 'nobody' }, /cds\.requires\.AGENT\.onBehalfOf is "nobody": use one of/],
    [{ onBehalfOf: 'namedUser' }, /the calls would carry no user/]
  ])('is checked: %j', async (options, message) => {
    await expect(connected(Agent, { credentials: { url }, ...options })).rejects.toThrow(message)
  })
})

describe('a call', () => {
  const calls: PrincipalCall[] = []
  let unsubscribe: () => void
  beforeEach(() => {
    calls.length = 0
    unsubscribe = onPrincipalCall((call) => calls.push(call))
  })
  afterEach(() => {
    unsubscribe()
  })

  test('as a technical user has what the destination adds', async () => {
    const credentials = { url, headers: { 'x-key': 'k' }, username: 'u', password: 'p' }
    const options = { credentials: { ...credentials, authentication: 'BasicAuthentication' } }
    const { currentCall } = await connected(Agent, { ...options, onBehalfOf: 'systemUser' })
    const call = await cds.tx({ user: user() } as never, () => currentCall())
    const basic = `Basic ${Buffer.from('u:p').toString('base64')}`
    expect(call).toMatchObject({ url, headers: { 'x-key': 'k', authorization: basic } })
    expect(call.destination.url).toBe(url)
    expect(calls).toMatchObject([
      {
        ...{ service: 'AGENT', onBehalfOf: 'systemUser', outcome: 'resolved' },
        ...{ authentication: 'BasicAuthentication', principal: 'technical' }
      }
    ])
  })

  test('on behalf of a named user is refused without one, whatever the HTTP request has brought', async () => {
    const credentials = { url, forwardAuthToken: true }
    const { currentCall } = await connected(Agent, { credentials, onBehalfOf: 'namedUser' })
    const http = { req: { headers: { authorization: 'Bearer of-the-request' } }, res: {} }
    const call = cds.tx({ user: user(), http } as never, () => currentCall())
    await expect(call).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    expect(calls).toMatchObject([
      { service: 'AGENT', outcome: 'refused', code: 'ERR_USER_TOKEN_REQUIRED' }
    ])
  })

  test('on behalf of a named user has that token, and is of no use to somebody else', async () => {
    const credentials = { url, forwardAuthToken: true }
    const { currentCall } = await connected(Agent, { credentials, onBehalfOf: 'namedUser' })
    const call = await cds.tx({ tenant: 't1', user: tokenUser('alice') } as never, () =>
      currentCall()
    )
    expect(call.headers).toEqual({ authorization: 'Bearer token-of-alice' })
    const bob = cds.tx({ tenant: 't1', user: tokenUser('bob') } as never, () =>
      Promise.resolve().then(() => call.destination.headers)
    )
    await expect(bob).rejects.toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
  })
})

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { resolveDestination } from '../../../../src/destination/resolve/resolve.js'
import { outboundDestination } from '../../../../src/remote/outbound.js'
import { send } from '../../../../src/remote/http/send.js'
import type { Principal } from '../../../../src/user/principal.js'
import { Landscape } from '../../destination/support/landscape.js'
import { Backend, plain } from '../support/backend.js'
import type { Outbound } from '../../../../src/remote/http/outbound.js'

const COUNT = 20
const names = Array.from({ length: COUNT }, (_, i) => `D${i}`)
const ON_PREMISE = {
  URL: 'http://nowhere.internal:44300',
  ProxyType: 'OnPremise',
  Authentication: 'NoAuthentication'
}
const TECHNICAL: Principal = { kind: 'technical', origin: 'token', tenant: undefined }
const GET = { method: 'get', url: '/x' } as const

let landscape: Landscape
let backend: Backend
beforeEach(async () => {
  backend = await Backend.start()
  const exchange = { Authentication: 'OAuth2JWTBearer', clientId: 'sb-maintenance!t1' }
  landscape = await Landscape.start({
    destinations: {
      ...Object.fromEntries(names.map((name) => [name, ON_PREMISE])),
      JWT: { ...exchange, URL: backend.url }
    }
  })
})
afterEach(async () => {
  await landscape.stop()
  await backend.stop()
})

const outbound = async (destination: string, principal: Principal) =>
  (await outboundDestination(
    { name: destination, destination, onBehalfOf: undefined, minTokenLifetime: 5 },
    principal
  )) as Outbound

/** What becomes of a call: the code of its error. */
const outcome = (to: Outbound) =>
  send(to, GET).then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code
  )

const tokenOf = ({ authTokens }: HttpDestination) => String(authTokens?.[0]?.value)

const tokens = () => landscape.emulator.requests('xsuaa').map(({ client }) => client)

describe('407: the Connectivity proxy does not take the token of the application', () => {
  test(`${COUNT} calls to as many destinations: one new token, and each call is repeated`, async () => {
    const calls = await Promise.all(names.map((name) => outbound(name, TECHNICAL)))
    await landscape.emulator.rotateKeys({ keepFormer: false })
    const before = tokens().length
    const seen = landscape.emulator.requests('connectivity').length
    const codes = await Promise.all(calls.map(outcome))
    // past the proxy's own check: the Cloud Connector knows no such system
    expect(new Set(codes)).toEqual(new Set(['ERR_REMOTE_NOT_EXPOSED']))
    const renewed = tokens().slice(before)
    expect(renewed.map((client) => /destination|connectivity/.exec(client ?? '')?.[0])).toEqual(
      expect.arrayContaining(['connectivity', 'destination'])
    )
    expect(renewed).toHaveLength(2)
    expect(landscape.emulator.requests('connectivity').length - seen).toBe(2 * COUNT)
  })
})

describe('401: the system does not take a token that was got in exchange', () => {
  beforeEach(() => {
    backend.answer = (_, res) => {
      plain(res, 401, 'no')
    }
  })

  test('it goes out no more, also where no other can be had; what nobody has refused stays', async () => {
    const alice = await landscape.user('alice')
    const call = await outbound('JWT', alice)
    // there is the configuration, and then no other token
    landscape.emulator.enqueue('destination', {})
    landscape.emulator.enqueue('destination', { status: 500 })
    await expect(send(call, GET)).rejects.toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
    const { calls, result } = await landscape.calls(() => outbound('JWT', alice))
    expect(calls).toEqual({ user: 1 })
    expect(tokenOf(result.destination)).not.toBe(tokenOf(call.destination))
  })

  test('another one is there by now: that is taken', async () => {
    const alice = await landscape.user('alice')
    const call = await outbound('JWT', alice)
    const fresh = await resolveDestination('JWT', alice, { useCache: false })
    const { calls } = await landscape.calls(() => outcome(call))
    expect(calls).toEqual({ none: 1 })
    const sent = backend.received.map(({ headers }) => headers.authorization)
    expect(sent).toEqual([call.destination, fresh].map((each) => `Bearer ${tokenOf(each)}`))
  })

  test('no other is accepted either: nothing is fetched for the next call', async () => {
    const alice = await landscape.user('alice')
    const attempt = async () => outcome(await outbound('JWT', alice))
    await attempt()
    expect(backend.received).toHaveLength(2)
    const { calls, result } = await landscape.calls(attempt)
    expect({ calls, result }).toEqual({ calls: {}, result: 'ERR_REMOTE_UNAUTHORIZED' })
    expect(backend.received).toHaveLength(3)
  })

  test('a configuration that can not be looked up anew is used as long as it lasts', async () => {
    const alice = await landscape.user('alice')
    const call = await outbound('JWT', alice)
    landscape.emulator.enqueue('destination', { status: 500 })
    await expect(send(call, GET)).rejects.toMatchObject({ code: 'ERR_DESTINATION_UNAVAILABLE' })
    const { calls } = await landscape.calls(() => outbound('JWT', alice))
    expect(calls).toEqual({})
  })
})

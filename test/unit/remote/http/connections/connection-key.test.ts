import { limitsInUse } from '../../../../../src/lib/telemetry/limits.js'
import {
  callsAtOnce,
  closeConnections,
  connectionCount,
  connectionKey,
  connectionsOf
} from '../../../../../src/remote/http/connections/connections.js'
import type {
  ForwardProxy,
  HeaderValues,
  HttpCall
} from '../../../../../src/remote/http/message/http-call.js'
import { CREDENTIALS } from '../../../../../src/remote/http/message/identity-headers.js'
import { user } from '../../support/backend.js'

const LOCATION = 'sap-connectivity-scc-location_id'
const PROXY: ForwardProxy = { host: 'proxy', port: 20003, protocol: 'http' }

const callWith = (headers: HeaderValues = {}, url = 'https://s4.example/x'): HttpCall => ({
  ...{ method: 'GET', url: new URL(url), headers, body: undefined, responseType: undefined }
})
const keyOf = (headers: HeaderValues, identity: HeaderValues, proxy?: ForwardProxy, who = ALICE) =>
  connectionKey(callWith(headers), proxy, who, identity)
const ALICE = user('alice')

/** Every header that a connection is bound to. */
const ALL = Object.fromEntries([LOCATION, ...CREDENTIALS].map((name) => [name, `1 of ${name}`]))

describe('a request with credentials of its own, to a destination that has others', () => {
  test.each(Object.keys(ALL))('has connections of its own: %s', (name) => {
    for (const value of ['own', undefined]) {
      const { [name]: _, ...others } = ALL
      const own = value === undefined ? others : { ...others, [name]: value }
      const [identity, same] = [{ ...ALL }, { ...ALL }]
      const keys = [keyOf(ALL, identity), keyOf(own, identity), keyOf(ALL, identity)]
      expect(keys[1]).not.toBe(keys[0])
      expect(keys[2]).toBe(keys[0])
      // whichever comes first
      expect(keyOf(own, same)).toBe(keys[1])
      expect(keyOf(ALL, same)).toBe(keys[0])
    }
  })

  test('shares none with other credentials, also if no header is that of the destination', () => {
    const identity = { ...ALL }
    const others = (which: string) =>
      Object.fromEntries(Object.keys(ALL).map((name) => [name, `${which} of ${name}`]))
    const keys = [ALL, others('2'), others('3')].map((headers) => keyOf(headers, identity))
    expect(new Set(keys).size).toBe(3)
  })
})

test('the key of a destination is made once, as it takes a hash of each credential', () => {
  let made = 0
  const url = {
    get origin() {
      made++
      return 'https://s4.example'
    }
  } as URL
  const [identity, own] = [{ ...ALL }, { ...ALL, authorization: 'own' }]
  const key = (headers: HeaderValues) =>
    connectionKey({ ...callWith(headers), url }, PROXY, ALICE, identity)
  const first = key(ALL)
  expect([key({ ...ALL, accept: 'x' }), made]).toEqual([first, 1])
  for (let i = 0; i < 2; i++) key(own)
  expect([key(ALL), made]).toEqual([first, 3])
})

test('connections through another proxy, or through none, are others', () => {
  const proxies = [
    undefined,
    PROXY,
    { ...PROXY, host: 'other' },
    { ...PROXY, port: 20004 },
    { ...PROXY, protocol: 'https' }
  ]
  const keys = proxies.map((proxy) => keyOf(ALL, { ...ALL }, proxy))
  expect(new Set(keys).size).toBe(proxies.length)
})

test('connections to another system, or of another user, are others', () => {
  const identity = () => ({ ...ALL })
  const of = (url: string, who = ALICE) => connectionKey(callWith(ALL, url), PROXY, who, identity())
  const keys = [
    of('https://s4.example/x'),
    of('https://s4.example:8443/x'),
    of('http://s4.example/x'),
    of('https://s4.example/x', user('bob'))
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(of('https://s4.example/other?x=1')).toBe(keys[0])
})

test('metrics can read how many principals keep connections', () => {
  try {
    closeConnections()
    const agent = connectionsOf('one', callWith())
    connectionsOf('two', callWith({}, 'http://s4.example'), PROXY)
    expect(connectionsOf('one', callWith())).toBe(agent)
    const limit = limitsInUse().find(({ name }) => name === 'connections-of-principals')
    expect(limit).toEqual({ name: 'connections-of-principals', used: 2, max: 1000 })
    expect(connectionCount()).toEqual({ principals: 2, idle: 0, used: 0 })
    expect(agent.maxFreeSockets).toBe(10)
    const unused = { destroy: jest.fn() }
    Object.assign(agent.sockets, { a: [{}, {}], b: [{}] })
    Object.assign(agent.freeSockets, { a: [unused, { destroy: jest.fn() }] })
    expect(connectionCount()).toEqual({ principals: 2, idle: 2, used: 3 })
    closeConnections()
    expect(connectionCount()).toEqual({ principals: 0, idle: 0, used: 0 })
    expect(unused.destroy).toHaveBeenCalledTimes(1)
    expect(agent.maxFreeSockets).toBe(0)
  } finally {
    closeConnections()
  }
})

test('calls at the same time: 50 of a user, 250 of the technical user that all share', () => {
  expect([callsAtOnce(ALICE), callsAtOnce(undefined)]).toEqual([50, 250])
})

test.each<[string, ForwardProxy | undefined, string]>([
  ['https://s4.example', undefined, 'https:'],
  ['http://s4.example', undefined, 'http:'],
  ['https://s4.example', PROXY, 'http:'],
  ['http://s4.example', { ...PROXY, protocol: 'https' }, 'https:']
])('to %s by %j, the first hop decides about TLS', (url, proxy, expected) => {
  const agent = connectionsOf(`tls ${url} ${String(proxy?.protocol)}`, callWith({}, url), proxy)
  closeConnections()
  expect(agent).toMatchObject({ protocol: expected, keepAlive: true })
  expect(agent).toHaveProperty('options.timeout', 30_000)
})

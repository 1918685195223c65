import { generateKeyPairSync } from 'node:crypto'
import { setImmediate as turnOfEventLoop } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import * as log from '../../../../src/lib/log.js'
import { fetchJson } from '../../../../src/lib/fetch-json.js'
import { KeySet } from '../../../../src/token/keys/key-set.js'
import { json, MISBEHAVIOURS, MisbehavingServer } from '../support/misbehaving-server.js'

jest.mock('../../../../src/lib/log.js')
const warnings = jest.mocked(log.logWarning).mock.calls

const SECOND = 1000
const MINUTE = 60 * SECOND
const JWK = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' }),
  ...{ use: 'sig', alg: 'RS256' }
}
const keys = (...kids: string[]) => json({ keys: kids.map((kid) => ({ ...JWK, kid })) })
const unsigned = expect.objectContaining({ code: 'ERR_TOKEN_SIGNATURE', status: 401 }) as Error
const unavailable = expect.objectContaining({ code: 'ERR_ISSUER_UNAVAILABLE', status: 503 })
const unknown = expect.objectContaining({ code: 'ERR_TOKEN_SIGNATURE', status: 401 })

let server: MisbehavingServer
let set: KeySet
const realNow = Date.now
let now = 1_800_000_000_000
const pass = (milliseconds: number) => (now += milliseconds)
const calls = () => server.requests.length
const get = (kid: string, alg = 'RS256') => set.key(kid, alg)
/** The last fetch, for whoever waits for what was started in the background. */
let loading: Promise<unknown> = Promise.resolve()
const settled = async () => {
  await loading.catch(() => undefined)
  await turnOfEventLoop()
}
/** Milliseconds; short only for a server that does not answer before. */
const deadline = () => (SLOW.has(server.behaviour) ? 500 : 20_000)
const SLOW = new Set<unknown>([MISBEHAVIOURS.hang, MISBEHAVIOURS.drip])

beforeAll(async () => {
  server = await MisbehavingServer.start()
  Date.now = () => now // a mock would keep every call, and there is a test of memory
})
afterAll(async () => {
  Date.now = realNow
  await server.stop()
})
beforeEach(() => {
  server.reset(keys('k1'))
  warnings.length = 0
  const load = () => (loading = fetchJson(`${server.url}/keys`, { deadline: deadline() }))
  set = new KeySet({ alias: 'partner', load, algorithms: ['RS256', 'RS512'] })
})

describe('one call', () => {
  test('for a burst on a cold set', async () => {
    const burst = Array.from({ length: 1000 }, () => get('k1'))
    for (const key of await Promise.all(burst)) expect(key).toMatchObject({ kid: 'k1' })
    expect(calls()).toBe(1)
  })

  test('at a time, however long it takes', async () => {
    server.behaviour = (req, res) => setTimeout(() => void keys('k1')(req, res), 50)
    const first = get('k1')
    pass(MINUTE)
    await Promise.all([first, get('k1')])
    expect(calls()).toBe(1)
  })

  test('in 30 seconds for a flood of unknown key ids', async () => {
    await get('k1')
    pass(31 * SECOND)
    const flood = (round: string) =>
      Promise.allSettled(Array.from({ length: 1000 }, (_, i) => get(`${round}${i}`)))
    for (const { status } of await flood('a')) expect(status).toBe('rejected')
    expect(calls()).toBe(2)
    pass(29 * SECOND)
    await flood('b')
    expect(calls()).toBe(2)
    pass(SECOND)
    await flood('c')
    expect(calls()).toBe(3)
  })

  test('in 5 seconds for a flood while there are no keys', async () => {
    server.behaviour = MISBEHAVIOURS['status 500']
    const flood = () => Promise.allSettled(Array.from({ length: 1000 }, () => get('k1')))
    for (const result of [...(await flood()), ...(await flood())]) {
      expect(result).toMatchObject({ status: 'rejected', reason: unavailable })
    }
    pass(4.9 * SECOND)
    await flood()
    expect(calls()).toBe(1)
    server.behaviour = keys('k1')
    pass(SECOND)
    await expect(get('k1')).resolves.toMatchObject({ kid: 'k1' })
    expect(calls()).toBe(2)
  })
})

describe('rotation', () => {
  test('no good token is refused when a key is replaced under load', async () => {
    await get('k1')
    pass(31 * SECOND)
    server.reset(keys('k1', 'k2'))
    const tokens = Array.from({ length: 500 }, (_, i) => get(i % 2 ? 'k1' : 'k2'))
    const outcomes = await Promise.allSettled(tokens)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
    expect(calls()).toBe(1)
  })

  test('a new key is accepted 30 seconds after it was published', async () => {
    await get('k1')
    server.behaviour = keys('k1', 'k2')
    pass(30 * SECOND)
    await expect(get('k2')).resolves.toMatchObject({ kid: 'k2' })
  })

  test('a new key is accepted at once after a start, and after a refresh in the background', async () => {
    await get('k1')
    server.behaviour = keys('k1', 'k2')
    await expect(get('k2')).resolves.toMatchObject({ kid: 'k2' })
    pass(5 * MINUTE)
    expect(set.holds('k1')).toBe(true)
    await settled()
    server.behaviour = keys('k2', 'k3')
    await expect(get('k3')).resolves.toMatchObject({ kid: 'k3' })
  })

  test('a removed key is refused after 5 minutes with traffic, after 15 in any case', async () => {
    await get('k1')
    server.behaviour = keys('k2')
    pass(5 * MINUTE)
    expect(set.holds('k1')).toBe(true)
    await settled()
    expect(set.holds('k1')).toBe(false)
    await expect(get('k1')).rejects.toEqual(unknown)

    server.behaviour = keys('k3')
    pass(15 * MINUTE)
    expect(set.holds('k2')).toBe(false)
    await expect(get('k2')).rejects.toEqual(unknown)
  })
})

test('another key of the same name is not the key that verified a token', async () => {
  const key = await get('k1')
  pass(15 * MINUTE)
  expect(await get('k1')).toBe(key)
  expect(set.holds('k1', key)).toBe(true)

  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  server.behaviour = json({ keys: [{ ...JWK, ...other.export({ format: 'jwk' }), kid: 'k1' }] })
  pass(15 * MINUTE)
  expect((await get('k1')).keyObject.equals(other)).toBe(true)
  expect(set.holds('k1', key)).toBe(false)
  expect(set.holds('k1')).toBe(true)
})

describe('stale while revalidating', () => {
  test('nobody waits for a refresh', async () => {
    await get('k1')
    server.behaviour = MISBEHAVIOURS.hang
    pass(5 * MINUTE)
    await expect(get('k1')).resolves.toMatchObject({ kid: 'k1' })
    let isOver = false
    const refresh = loading.catch(() => (isOver = true))
    await turnOfEventLoop()
    expect(isOver).toBe(false)
    await refresh
    expect(calls()).toBe(2)
  })

  test('keys are used for 15 minutes while their issuer is down, asked every 30 seconds', async () => {
    await get('k1')
    server.behaviour = MISBEHAVIOURS['hang up']
    for (let age = 10; age < 15 * 60; age += 10) {
      pass(10 * SECOND)
      await expect(get('k1')).resolves.toBeDefined()
      await settled()
    }
    expect(calls()).toBeLessThanOrEqual(1 + 20)
    expect(warnings).toEqual([[expect.stringMatching(/"partner" can't be had: network error/)]])
    pass(30 * SECOND)
    await expect(get('k1')).rejects.toEqual(unavailable)
  })

  test('a key that is not known is no 401 while the issuer is down', async () => {
    await get('k1')
    server.behaviour = MISBEHAVIOURS['status 500']
    pass(30 * SECOND)
    await expect(get('k2')).rejects.toEqual(unavailable)
    await expect(get('k1')).resolves.toBeDefined()
  })
})

describe('a server that misbehaves gives no keys, and takes none away', () => {
  test.each(Object.keys(MISBEHAVIOURS) as (keyof typeof MISBEHAVIOURS)[])('%s', async (name) => {
    server.behaviour = MISBEHAVIOURS[name]
    // a key set without a usable key is none that could have signed the token; all else is an outage
    const expected = name === 'garbage keys' ? unsigned : unavailable
    await expect(get('k1')).rejects.toEqual(expected)
    server.behaviour = keys('k1')
    pass(5 * SECOND)
    await get('k1')
    server.behaviour = MISBEHAVIOURS[name]
    pass(10 * MINUTE)
    await expect(get('k1')).resolves.toBeDefined()
    await settled()
    await expect(get('k1')).resolves.toBeDefined()
  })

  test('a slow answer within the deadline is good', async () => {
    server.behaviour = (req, res) => setTimeout(() => void keys('k1')(req, res), 100)
    await expect(get('k1')).resolves.toBeDefined()
  })
})

test('a key is for its own algorithm', async () => {
  await expect(get('k1', 'RS512')).rejects.toEqual(unknown)
})

test('an unusable entry is skipped, with one warning', async () => {
  const weak = { ...JWK, kid: 'weak', n: 'AQAB' }
  server.behaviour = json({ keys: [null, weak, { ...JWK, kid: 'k1' }, { ...JWK, kid: 'k1' }] })
  await expect(get('k1')).resolves.toMatchObject({ kid: 'k1' })
  pass(5 * MINUTE)
  await get('k1')
  await settled()
  expect(calls()).toBe(2)
  expect(warnings).toEqual([
    [expect.stringContaining('"partner" can be used: no JSON object; RSA')]
  ])
})

describe('memory is bounded', () => {
  test('at most 100 keys', async () => {
    server.behaviour = keys(...Array.from({ length: 500 }, (_, i) => `k${i}`))
    await get('k0')
    expect(Array.from({ length: 500 }, (_, i) => set.holds(`k${i}`)).filter(Boolean)).toHaveLength(
      100
    )
  })

  test('nothing is kept of key ids that are unknown', async () => {
    await get('k1')
    const kidOf = (i: number) => `${i}`.padStart(256, 'x')
    const before = heapUsed()
    for (let i = 0; i < 50_000; i++) await get(kidOf(i)).catch(() => {})
    expect(heapUsed() - before).toBeLessThan(4 * 1024 * 1024)
  })
})

function heapUsed(): number {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
  return process.memoryUsage().heapUsed
}

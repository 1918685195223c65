import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient, type RedisClientType } from 'redis'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { type Instance, result, source, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program ? 'shared cache' : 'shared cache (skipped: no redis-server is installed)'
const PASSWORD = randomUUID()

;(program ? describe : describe.skip)(title, () => {
  const instances: Instance[] = []
  let redis: Redis
  let admin: RedisClientType
  let one: Instance
  let two: Instance

  beforeAll(async () => {
    redis = await startRedis(program!, PASSWORD)
    admin = createClient({ url: redis.uri.replace('somebody', '') })
    admin.on('error', () => undefined)
    await admin.connect()
  })

  afterAll(async () => {
    if (admin?.isOpen) admin.destroy()
    await redis?.stop()
  })

  // new ones: who has lost Redis waits longer for it each time
  beforeEach(async () => {
    one = await start()
    two = await start()
  })

  afterEach(() => {
    for (const { cache } of instances.splice(0)) cache.end()
  })

  async function start(options?: Parameters<typeof startInstance>[1]): Promise<Instance> {
    const instance = await startInstance({ uri: redis.uri }, options)
    instances.push(instance)
    return instance
  }

  /** Does something with an empty Redis, while all instances have it. */
  const whileAllHaveRedis = <T>(work: () => Promise<T>): Promise<T> =>
    whileUp(instances, async () => {
      await admin.flushAll()
      return work()
    })

  /** Returns all keys, when Redis has done what the instances have sent so far. */
  async function keys(): Promise<string[]> {
    for (const { cache } of instances) await cache.peek(result('nothing'))
    return admin.keys('*')
  }

  const entries = async () => (await keys()).filter((key) => !/:(lock|trial)$/.test(key))

  test('what one instance has fetched, the other one has', async () => {
    const { first, second, calls } = await whileAllHaveRedis(async () => {
      const tokens = source()
      const first = await one.cache.fetch(result('a'), tokens.fetch)
      const second = await two.cache.fetch(result('a'), tokens.fetch)
      return { first, second, calls: tokens.calls }
    })
    expect([second.value, calls]).toEqual([first.value, 1])
    expect(second.lifetime).toBeLessThanOrEqual(first.lifetime)
    expect(second.lifetime).toBeGreaterThan(first.lifetime - 10_000)
  })

  test('instances that ask at the same time wait for one fetch', async () => {
    const { calls, values, locks } = await whileAllHaveRedis(async () => {
      // a busy machine has the rest of the 200 ms for which the others wait
      const slow = source(30)
      const all = Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two))
      const found = await Promise.all(all.map(({ cache }) => cache.fetch(result('b'), slow.fetch)))
      const locks = (await keys()).filter((key) => key.endsWith(':lock'))
      return { calls: slow.calls, values: found.map(({ value }) => value), locks }
    })
    expect(calls).toBe(1)
    expect(new Set(values)).toEqual(new Set(['token-1']))
    expect(locks).toEqual([])
  })

  test('a fetch that takes too long is waited for 200 ms, and then made by the others as well', async () => {
    const { waited, hasEnded, calls } = await whileAllHaveRedis(async () => {
      // shorter than the lock lasts, which would let others go on as well
      const slow = source(1_700)
      let hasEnded = false
      const first = one.cache.fetch(result('c'), slow.fetch).finally(() => (hasEnded = true))
      while (!slow.calls) await delay(1)
      const quick = source()
      const start = performance.now()
      await two.cache.fetch(result('c'), quick.fetch)
      const waited = performance.now() - start
      const found = { waited, hasEnded, calls: [quick.calls, slow.calls] }
      await first
      return found
    })
    expect(hasEnded).toBe(false)
    expect(calls).toEqual([1, 1])
    expect(waited).toBeGreaterThan(150)
    expect(waited).toBeLessThan(1_000)
  })

  test('a fetch that fails fails for its caller only, and the next one fetches at once', async () => {
    const calls = await whileAllHaveRedis(async () => {
      const failing = one.cache.fetch(result('d'), () => Promise.reject(new Error('503')))
      await expect(failing).rejects.toThrow('503')
      const next = source()
      await two.cache.fetch(result('d'), next.fetch)
      return next.calls
    })
    expect(calls).toBe(1)
  })

  test('a rejected token is removed for all, and one that has replaced it stays', async () => {
    const found = await whileAllHaveRedis(async () => {
      const tokens = source()
      await one.cache.fetch(result('e'), tokens.fetch)
      const bypass = (token: string) => token === 'token-1'
      const renewed = await two.cache.fetch(result('e', { bypass }), tokens.fetch)
      const again = await one.cache.fetch(result('e', { bypass }), tokens.fetch)
      return [renewed.value, again.value, tokens.calls]
    })
    expect(found).toEqual(['token-2', 'token-2', 2])
  })

  test('no entry lives longer than its token, also in Redis', async () => {
    const lifetimes = await whileAllHaveRedis(async () => {
      await one.cache.fetch(result('f'), source(0, 5_000).fetch)
      await one.cache.fetch(result('g'), source(0, 0).fetch)
      return Promise.all((await entries()).map((key) => admin.pTTL(key)))
    })
    const [lifetime, ...others] = lifetimes
    expect(others).toEqual([])
    expect(lifetime).toBeGreaterThan(0)
    expect(lifetime).toBeLessThanOrEqual(5_000)
  })

  test('tokens of users are not there, unless that is configured', async () => {
    const without = await start({ userTokens: false })
    const found = await whileAllHaveRedis(async () => {
      await without.cache.fetch(result('h', { kind: 'user-tokens' }), source().fetch)
      const before = await entries()
      await one.cache.fetch(result('h', { kind: 'user-tokens' }), source().fetch)
      return { before, after: await entries() }
    })
    expect(found.before).toEqual([])
    expect(found.after).toHaveLength(1)
  })

  test('of entries that are changed, moved, invented or of another secret, none is accepted', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `poisoned ${i}`)
    const stranger = await start({ secret: randomUUID() })
    const { count, fetched, foreign } = await whileAllHaveRedis(async () => {
      for (const name of names) await one.cache.fetch(result(name), source().fetch)
      const count = await poison()
      const own = source()
      const fetched: string[] = []
      for (const name of names) {
        const fetch = async () => ({ ...(await own.fetch()), value: `own ${name}` })
        fetched.push((await two.cache.fetch(result(name), fetch)).value)
      }
      await stranger.cache.fetch(result('x'), source().fetch)
      const foreign = await two.cache.fetch(result('x'), own.fetch)
      return { count, fetched, foreign: foreign.value }
    })
    expect(count).toBe(names.length)
    expect(fetched).toEqual(names.map((name) => `own ${name}`))
    expect(foreign).not.toBe('token-1')
  })

  /** Replaces all entries, and returns their number. */
  async function poison(): Promise<number> {
    const keys = (await entries()).toSorted()
    const values = await Promise.all(keys.map((key) => admin.get(key).then(String)))
    for (const [i, key] of keys.entries()) {
      await admin.set(key, poisoned(i, values), { expiration: { type: 'PX', value: 60_000 } })
      if (i % 20 === 19) {
        await admin.del(key)
        await admin.lPush(key, values[i]!)
      }
    }
    return keys.length
  }

  test('an entry of another tenant or kind does not count', async () => {
    const changes = [
      { tenant: 'tenant-2' },
      { kind: 'user-tokens' },
      { tenant: undefined }
    ] as const
    const calls = await whileAllHaveRedis(async () => {
      await one.cache.fetch(result('t'), source().fetch)
      const [key = ''] = await entries()
      const stolen = String(await admin.get(key))
      const other = source()
      for (const more of changes) await one.cache.fetch(result('t', more), other.fetch)
      for (const each of await entries()) if (each !== key) await admin.set(each, stolen)
      for (const more of changes) await two.cache.fetch(result('t', more), other.fetch)
      return other.calls
    })
    expect(calls).toBe(6)
  })

  test('a full Redis fails no fetch', async () => {
    await admin.configSet('maxmemory', '1')
    const tokens = source()
    const full = await start()
    expect((await full.cache.fetch(result('full'), tokens.fetch)).value).toBe('token-1')
    expect(full.store.isUp).toBe(false)
    await admin.configSet('maxmemory', '0')
  })

  function poisoned(i: number, values: readonly string[]): string {
    const value = values[i] ?? ''
    const [version, id, data = ''] = value.split('.')
    const bytes = Buffer.from(data, 'base64url')
    const at = (i * 7) % bytes.length
    bytes[at]! ^= 1 << (i % 8)
    const kinds = [
      () => [version, id, bytes.toString('base64url')].join('.'),
      () => values[(i + 1) % values.length] ?? '',
      () => value.slice(0, -1 - (i % 40)),
      () => `${String(version)}.${String(id)}.${randomBytes(80).toString('base64url')}`,
      () => JSON.stringify({ value: 'token of an attacker', ends: Date.now() + 1e6 }),
      () => 'x'.repeat(300_000),
      () => `${String(version)}.ffffffff.${data}`
    ]
    return kinds[i % kinds.length]!()
  }
})

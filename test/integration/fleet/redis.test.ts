import { randomBytes, randomUUID } from 'node:crypto'

import { createClient, type RedisClientType } from 'redis'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { type Instance, result, source, startInstance } from './caches.js'

const program = redisProgram()
const title = program ? 'shared cache' : 'shared cache (skipped: no redis-server is installed)'
const PASSWORD = randomUUID()

;(program ? describe : describe.skip)(title, () => {
  let redis: Redis
  let admin: RedisClientType
  let one: Instance
  let two: Instance

  beforeAll(async () => {
    redis = await startRedis(program!, PASSWORD)
    admin = createClient({ url: redis.uri.replace('somebody', '') })
    admin.on('error', () => undefined)
    await admin.connect()
    one = await startInstance({ uri: redis.uri })
    two = await startInstance({ uri: redis.uri })
  })

  afterAll(async () => {
    one?.cache.end()
    two?.cache.end()
    if (admin?.isOpen) admin.destroy()
    await redis?.stop()
  })

  beforeEach(() => admin.flushAll())

  const entries = async () => (await admin.keys('*')).filter((key) => !/:lock$|\{trial\}/.test(key))

  test('what one instance has fetched, the other one has', async () => {
    const tokens = source()
    const first = await one.cache.fetch(result('a'), tokens.fetch)
    const second = await two.cache.fetch(result('a'), tokens.fetch)
    expect([second.value, tokens.calls]).toEqual([first.value, 1])
    expect(second.lifetime).toBeLessThanOrEqual(first.lifetime)
    expect(second.lifetime).toBeGreaterThan(first.lifetime - 10_000)
  })

  test('instances that ask at the same time wait for one fetch', async () => {
    const slow = source(80)
    const all = Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two))
    const found = await Promise.all(all.map(({ cache }) => cache.fetch(result('b'), slow.fetch)))
    expect(slow.calls).toBe(1)
    expect(new Set(found.map(({ value }) => value))).toEqual(new Set(['token-1']))
    expect(await admin.keys('*:lock')).toEqual([])
  })

  test('a fetch that takes too long is waited for 200 ms, and then made by the others as well', async () => {
    // shorter than the lock lasts, which would let others go on as well
    const slow = source(1_700)
    let hasEnded = false
    const first = one.cache.fetch(result('c'), slow.fetch).finally(() => (hasEnded = true))
    const quick = source()
    const start = performance.now()
    await two.cache.fetch(result('c'), quick.fetch)
    const waited = performance.now() - start
    expect(hasEnded).toBe(false)
    expect([quick.calls, slow.calls]).toEqual([1, 1])
    expect(waited).toBeGreaterThan(150)
    expect(waited).toBeLessThan(1_000)
    await first
  })

  test('a fetch that fails fails for its caller only, and the next one fetches at once', async () => {
    const failing = one.cache.fetch(result('d'), () => Promise.reject(new Error('503')))
    await expect(failing).rejects.toThrow('503')
    const next = source()
    await two.cache.fetch(result('d'), next.fetch)
    expect(next.calls).toBe(1)
  })

  test('a rejected token is removed for all, and one that has replaced it stays', async () => {
    const tokens = source()
    await one.cache.fetch(result('e'), tokens.fetch)
    const bypass = (token: string) => token === 'token-1'
    const renewed = await two.cache.fetch(result('e', { bypass }), tokens.fetch)
    const again = await one.cache.fetch(result('e', { bypass }), tokens.fetch)
    expect([renewed.value, again.value, tokens.calls]).toEqual(['token-2', 'token-2', 2])
  })

  test('no entry lives longer than its token, also in Redis', async () => {
    await one.cache.fetch(result('f'), source(0, 5_000).fetch)
    await one.cache.fetch(result('g'), source(0, 0).fetch)
    const [key = '', ...others] = await entries()
    expect(others).toEqual([])
    expect(await admin.pTTL(key)).toBeLessThanOrEqual(5_000)
  })

  test('tokens of users are not there, unless that is configured', async () => {
    const without = await startInstance({ uri: redis.uri }, { userTokens: false })
    await without.cache.fetch(result('h', { kind: 'user-tokens' }), source().fetch)
    expect(await entries()).toEqual([])
    await one.cache.fetch(result('h', { kind: 'user-tokens' }), source().fetch)
    expect(await entries()).toHaveLength(1)
    without.cache.end()
  })

  test('of entries that are changed, moved, invented or of another secret, none is accepted', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `poisoned ${i}`)
    for (const name of names) await one.cache.fetch(result(name), source().fetch)
    const stranger = await startInstance({ uri: redis.uri }, { secret: randomUUID() })
    const keys = (await entries()).toSorted()
    const values = await Promise.all(keys.map((key) => admin.get(key).then(String)))
    for (const [i, key] of keys.entries()) {
      await admin.set(key, poisoned(i, values), { expiration: { type: 'PX', value: 60_000 } })
      if (i % 20 === 19) {
        await admin.del(key)
        await admin.lPush(key, values[i]!)
      }
    }
    const own = source()
    const fetched: string[] = []
    for (const name of names) {
      const fetch = async () => ({ ...(await own.fetch()), value: `own ${name}` })
      fetched.push((await two.cache.fetch(result(name), fetch)).value)
    }
    expect(fetched).toEqual(names.map((name) => `own ${name}`))
    await stranger.cache.fetch(result('x'), source().fetch)
    expect((await two.cache.fetch(result('x'), own.fetch)).value).not.toBe('token-1')
    stranger.cache.end()
  })

  test('an entry of another tenant or kind does not count', async () => {
    await one.cache.fetch(result('t'), source().fetch)
    const [key = ''] = await entries()
    const stolen = String(await admin.get(key))
    const other = source()
    for (const more of [
      { tenant: 'tenant-2' },
      { kind: 'user-tokens' },
      { tenant: undefined }
    ] as const) {
      await one.cache.fetch(result('t', more), other.fetch)
    }
    for (const each of await entries()) if (each !== key) await admin.set(each, stolen)
    for (const more of [
      { tenant: 'tenant-2' },
      { kind: 'user-tokens' },
      { tenant: undefined }
    ] as const) {
      await two.cache.fetch(result('t', more), other.fetch)
    }
    expect(other.calls).toBe(6)
  })

  test('a full Redis fails no fetch', async () => {
    await admin.configSet('maxmemory', '1')
    const tokens = source()
    const full = await startInstance({ uri: redis.uri })
    expect((await full.cache.fetch(result('full'), tokens.fetch)).value).toBe('token-1')
    expect(full.store.isUp).toBe(false)
    await admin.configSet('maxmemory', '0')
    full.cache.end()
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

import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { TcpProxy } from '../../support/tcp-proxy.js'
import { type Instance, result, source, startConnected, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program ? 'slow Redis' : 'slow Redis (skipped: no redis-server is installed)'

/** Milliseconds that a fetch may wait for Redis; on a busy machine they pass slowly for it, so what is to be too late is so by far. */
const PATIENCE = 50
/** Milliseconds that a busy machine adds at most. */
const BUSY = 500

;(program ? describe : describe.skip)(title, () => {
  const password = randomUUID()
  let redis: Redis
  let proxy: TcpProxy
  const instances: Instance[] = []
  let warnings: jest.SpyInstance

  beforeEach(async () => {
    warnings = jest.spyOn(console, 'warn').mockImplementation()
    jest.spyOn(console, 'info').mockImplementation()
    redis = await startRedis(program!, password)
    proxy = await TcpProxy.start(redis.port)
  })

  afterEach(async () => {
    for (const { cache } of instances.splice(0)) cache.end()
    await proxy?.stop()
    await redis?.stop()
    jest.restoreAllMocks()
  })

  /** Starts an instance that is connected through the proxy. */
  async function startSlow(): Promise<Instance> {
    const instance = await startInstance({
      uri: redis.uri.replace(String(redis.port), String(proxy.port))
    })
    instances.push(instance)
    return instance
  }

  const awayLines = () =>
    warnings.mock.calls.map((call) => call.join(' ')).filter((line) => /cache is away/.test(line))

  /** Fetches until there have been so many more connections, and returns the time that the slowest fetch took. */
  async function fetchUntil(instance: Instance, more: number): Promise<number> {
    const connections = proxy.connections + more
    const tokens = source()
    let slowest = 0
    while (proxy.connections < connections) {
      const start = performance.now()
      await instance.cache.fetch(result(`slow ${String(tokens.calls)}`), tokens.fetch)
      slowest = Math.max(slowest, performance.now() - start)
      await delay(20)
    }
    return slowest
  }

  test('300 ms, from a time on: no fetch waits longer than 50 ms, and several trials write one line', async () => {
    const instance = await startConnected(startSlow)
    warnings.mockClear()
    proxy.latency = 300
    // each trial that fails on a connection is followed by one on a new connection
    expect(await fetchUntil(instance, 3)).toBeLessThan(PATIENCE + BUSY)
    await delay(1_000)
    expect(instance.store.isUp).toBe(false)
    expect(awayLines()).toEqual([expect.stringContaining('(no answer within 50 ms)')])
  })

  test('300 ms, from the start on: it is not used, and the log has one line', async () => {
    proxy.latency = 300
    const instance = await startSlow()
    expect(instance.store.isUp).toBe(false)
    expect(await fetchUntil(instance, 2)).toBeLessThan(PATIENCE + BUSY)
    expect(awayLines()).toEqual([expect.stringContaining('(no answer within 50 ms)')])
    proxy.latency = 0
    while (!instance.store.isUp) await delay(50)
  })

  test('30 ms: an entry that is not accepted neither switches it off, nor leaves a lock', async () => {
    proxy.latency = 30
    const fast = await startInstance({ uri: redis.uri })
    const stranger = await startInstance({ uri: redis.uri }, { secret: randomUUID() })
    instances.push(fast, stranger)
    const slow = await startSlow()
    const waited = await whileUp([fast, stranger, slow], async (attempt) => {
      const name = result(`foreign ${String(attempt)}`)
      await stranger.cache.fetch(name, source().fetch)
      // the second look has 20 of the 50 ms, and takes the lock when nobody waits for it any more
      await slow.cache.fetch(name, () => Promise.resolve({ value: 'not shared', lifetime: 0 }))
      await delay(150)
      const start = performance.now()
      await fast.cache.fetch(name, source().fetch)
      return performance.now() - start
    })
    expect(waited).toBeLessThan(150)
  })

  test("30 ms: it is used, and another one's fetch is waited for 200 ms", async () => {
    proxy.latency = 30
    const fast = await startInstance({ uri: redis.uri })
    instances.push(fast)
    const slow = await startSlow()
    const { waited, calls } = await whileUp([fast, slow], async (attempt) => {
      const long = source(1_500)
      const first = fast.cache.fetch(result(`locked ${String(attempt)}`), long.fetch)
      while (!long.calls) await delay(1)
      const own = source()
      const start = performance.now()
      await slow.cache.fetch(result(`locked ${String(attempt)}`), own.fetch)
      const waited = performance.now() - start
      await first
      return { waited, calls: own.calls }
    })
    expect(calls).toBe(1)
    expect(waited).toBeGreaterThan(130)
    // with an answer of 30 ms for each of 20 looks, and 10 ms between them, it would be 800 ms
    expect(waited).toBeLessThan(200 + BUSY)
  })
})

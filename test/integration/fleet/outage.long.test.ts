import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient } from 'redis'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { type Instance, result, source, startConnected, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program
  ? 'outage of Redis'
  : 'outage of Redis (skipped: no redis-server is installed)'

/** Milliseconds that a fetch may wait for Redis. */
const PATIENCE = 50
/** Milliseconds that a busy machine adds at most; who waits for Redis itself, or for one fetch after the other, needs longer. */
const BUSY = 2000

;(program ? describe : describe.skip)(title, () => {
  const password = randomUUID()
  let redis: Redis
  let instance: Instance
  let warnings: jest.SpyInstance

  beforeEach(async () => {
    warnings = jest.spyOn(console, 'warn').mockImplementation()
    jest.spyOn(console, 'info').mockImplementation()
    redis = await startRedis(program!, password)
    instance = await startConnected(() => startInstance({ uri: redis.uri }))
    warnings.mockClear()
  })

  afterEach(async () => {
    instance?.cache.end()
    await redis?.stop()
    jest.restoreAllMocks()
  })

  test.each([
    ['paused', () => process.kill(redis.pid, 'SIGSTOP')],
    ['killed', () => process.kill(redis.pid, 'SIGKILL')]
  ])('%s under load: no fetch fails, and none waits longer than 50 ms for it', async (_, fail) => {
    const tokens = source()
    const times: number[] = []
    for (let i = 0; i < 300; i++) {
      if (i === 100) fail()
      const start = performance.now()
      const { value } = await instance.cache.fetch(result(`token ${i}`), tokens.fetch)
      expect(value).toBe(`token-${i + 1}`)
      times.push(performance.now() - start)
    }
    expect(Math.max(...times)).toBeLessThan(PATIENCE + BUSY)
    // one fetch waits, and the others do not: a busy machine makes few of them late
    expect(times.slice(100).filter((time) => time > PATIENCE / 2).length).toBeLessThan(50)
    expect(instance.store.isUp).toBe(false)
    const lines = warnings.mock.calls.filter((call) => /shared cache is away/.test(call.join(' ')))
    expect(lines).toHaveLength(1)
  })

  test('many fetches under way when it is paused: none fails, and none waits longer', async () => {
    const tokens = source()
    const timed = async (name: string) => {
      const start = performance.now()
      const fetches = Array.from({ length: 300 }, (_, i) =>
        instance.cache.fetch(result(`${name} ${i}`), tokens.fetch)
      )
      expect(await Promise.all(fetches)).toHaveLength(300)
      return performance.now() - start
    }
    const before = await timed('before')
    process.kill(redis.pid, 'SIGSTOP')
    expect(await timed('paused')).toBeLessThan(before + PATIENCE + BUSY)
    expect(instance.store.isUp).toBe(false)
  })

  /** Sends a command to the server as its administrator. */
  async function administer(...command: string[]): Promise<void> {
    const admin = createClient({ url: redis.uri.replace('somebody', '') })
    await admin.connect()
    await admin.sendCommand(command)
    admin.destroy()
  }

  const awayLines = () =>
    warnings.mock.calls.map((call) => call.join(' ')).filter((line) => /cache is away/.test(line))

  /** Returns true if a result is fetched once only, while Redis works. */
  function isUsed(): Promise<boolean> {
    return whileUp([instance], async (attempt) => {
      const [tokens, again] = [source(), result(`again ${String(attempt)}`)]
      await instance.cache.fetch(again, tokens.fetch)
      await instance.cache.fetch(again, tokens.fetch)
      return tokens.calls === 1
    })
  }

  test('slow: an answer that takes longer than 50 ms is not waited for, and it is used again later', async () => {
    await administer('CLIENT', 'PAUSE', '4000', 'ALL')
    const tokens = source()
    const start = performance.now()
    expect((await instance.cache.fetch(result('slow'), tokens.fetch)).value).toBe('token-1')
    expect(performance.now() - start).toBeLessThan(PATIENCE + BUSY)
    expect(instance.store.isUp).toBe(false)
    expect(awayLines()).toEqual([expect.stringContaining('(no answer within 50 ms)')])
    expect(await isUsed()).toBe(true)
  })

  test('full, while it is used: no fetch fails, and it is used again when there is room', async () => {
    const tokens = source()
    await instance.cache.fetch(result('before'), tokens.fetch)
    await administer('CONFIG', 'SET', 'maxmemory', '1')
    for (let i = 0; i < 20; i++) {
      const { value } = await instance.cache.fetch(result(`full ${String(i)}`), tokens.fetch)
      expect(value).toBe(`token-${String(i + 2)}`)
    }
    expect(instance.store.isUp).toBe(false)
    expect(awayLines()).toEqual([expect.stringContaining('(OOM)')])
    await administer('CONFIG', 'SET', 'maxmemory', '0')
    expect(await isUsed()).toBe(true)
  })

  test('when it is back, it is used again', async () => {
    process.kill(redis.pid, 'SIGSTOP')
    await instance.cache.fetch(result('a'), source().fetch)
    expect(instance.store.isUp).toBe(false)
    process.kill(redis.pid, 'SIGCONT')
    expect(await isUsed()).toBe(true)
  })

  test('a server that is away at the start does not delay it, and is used when it comes', async () => {
    const { port } = redis
    await redis.stop()
    const started = startInstance({ uri: redis.uri })
    const late = await Promise.race([started, once(AbortSignal.timeout(5_000), 'abort')])
    if (!('store' in late)) throw new Error('the start waits for Redis')
    expect(late.store.isUp).toBe(false)
    redis = await startRedis(program!, password, [], port)
    while (!late.store.isUp) await delay(50)
    late.cache.end()
  })
})

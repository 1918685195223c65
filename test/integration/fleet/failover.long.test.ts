import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient } from 'redis'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { TcpProxy } from '../../support/tcp-proxy.js'
import { type Instance, result, source, startConnected, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program
  ? 'another Redis behind the same name'
  : 'another Redis behind the same name (skipped: no redis-server is installed)'

;(program ? describe : describe.skip)(title, () => {
  const password = randomUUID()
  let first: Redis
  let second: Redis
  let name: TcpProxy
  let instance: Instance
  let warnings: jest.SpyInstance

  beforeEach(async () => {
    warnings = jest.spyOn(console, 'warn').mockImplementation()
    jest.spyOn(console, 'info').mockImplementation()
    first = await startRedis(program!, password, ['--masterauth', password])
    second = await startRedis(program!, password, ['--masterauth', password])
    name = await TcpProxy.start(first.port)
    const uri = first.uri.replace(String(first.port), String(name.port))
    instance = await startConnected(() => startInstance({ uri }))
    warnings.mockClear()
  })

  afterEach(async () => {
    instance?.cache.end()
    await name?.stop()
    await Promise.all([first?.stop(), second?.stop()])
    jest.restoreAllMocks()
  })

  /** Fetches until Redis fails, and then waits until it works. */
  async function failAndReturn(): Promise<void> {
    const tokens = source()
    while (instance.store.isUp) {
      await instance.cache.fetch(result(`during ${String(tokens.calls)}`), tokens.fetch)
    }
    while (!instance.store.isUp) await delay(50)
  }

  function isShared(): Promise<boolean> {
    return whileUp([instance], async (attempt) => {
      const [tokens, after] = [source(), result(`after ${String(attempt)}`)]
      await instance.cache.fetch(after, tokens.fetch)
      await instance.cache.fetch(after, tokens.fetch)
      return tokens.calls === 1
    })
  }

  const awayLines = () =>
    warnings.mock.calls.map((call) => call.join(' ')).filter((line) => /cache is away/.test(line))

  test('the old one is a replica that keeps its connections: the new one is used', async () => {
    const admin = createClient({ url: first.uri.replace('somebody', '') })
    await admin.connect()
    await admin.sendCommand(['REPLICAOF', '127.0.0.1', String(second.port)])
    name.target = second.port
    await failAndReturn()
    // nothing but the name has told the instance, and the old server still has no room for its writes
    await expect(admin.set('key', 'value')).rejects.toThrow('READONLY')
    admin.destroy()
    expect(await isShared()).toBe(true)
    // a busy machine may take longer than the cache waits for an answer
    expect(awayLines()).toEqual([expect.stringMatching(/\((READONLY|no answer within 50 ms)\)/)])
  })

  test('the old one is gone without a word: the new one is used', async () => {
    name.forget()
    name.target = second.port
    await failAndReturn()
    expect(await isShared()).toBe(true)
    expect(awayLines()).toEqual([expect.stringContaining('(no answer within 50 ms)')])
  })
})

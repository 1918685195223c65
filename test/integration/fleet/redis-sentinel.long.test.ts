import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient } from 'redis'

import { freePort } from '../../support/free-port.js'
import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { end, Output } from '../../support/sample.js'
import { type Instance, result, source, startConnected, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program
  ? 'shared cache behind a sentinel'
  : 'shared cache behind a sentinel (skipped: no redis-server is installed)'
const PASSWORD = randomUUID()

;(program ? describe : describe.skip)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-'))
  let master: Redis
  let replica: Redis
  let sentinel: ChildProcess
  let sentinelPort: number
  const instances: Instance[] = []
  let warnings: jest.SpyInstance

  beforeAll(async () => {
    warnings = jest.spyOn(console, 'warn').mockImplementation()
    jest.spyOn(console, 'info').mockImplementation()
    const auth = ['--masterauth', PASSWORD]
    master = await startRedis(program!, PASSWORD, auth)
    const of = ['--replicaof', `127.0.0.1 ${String(master.port)}`]
    replica = await startRedis(program!, PASSWORD, [...auth, ...of])
    await isReplicated()
    sentinelPort = await freePort()
    sentinel = await startSentinel()
  })

  afterAll(async () => {
    for (const { cache } of instances) cache.end()
    await Promise.all([sentinel && end(sentinel), master?.stop(), replica?.stop()])
    rmSync(folder, { recursive: true, force: true })
    jest.restoreAllMocks()
  })

  async function startSentinel(): Promise<ChildProcess> {
    const path = join(folder, 'sentinel.conf')
    const lines = [
      'bind 127.0.0.1',
      `port ${String(sentinelPort)}`,
      `dir ${folder}`,
      `requirepass ${PASSWORD}`,
      `sentinel monitor mymaster 127.0.0.1 ${String(master.port)} 1`,
      `sentinel auth-pass mymaster ${PASSWORD}`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 3000'
    ]
    writeFileSync(path, `${lines.join('\n')}\n`)
    const child = spawn(program!, [path, '--sentinel'], { stdio: ['ignore', 'pipe', 'pipe'] })
    process.once('exit', () => child.kill('SIGKILL'))
    await new Output(child).printed(/\+slave slave /)
    return child
  }

  async function isReplicated(): Promise<void> {
    const admin = createClient({ url: replica.uri.replace('somebody', '') })
    await admin.connect()
    while (!(await admin.info('replication')).includes('master_link_status:up')) await delay(50)
    admin.destroy()
  }

  async function start(...ports: number[]): Promise<Instance> {
    const nodes = [...ports, sentinelPort].map((port) => ({ hostname: '127.0.0.1', port }))
    const text = JSON.stringify(nodes)
    const instance = await startInstance({
      hostname: '127.0.0.1',
      password: PASSWORD,
      sentinel_nodes: instances.length ? text : nodes
    })
    instances.push(instance)
    return instance
  }

  test('a sentinel that does not answer is asked last the next time', async () => {
    const sockets: Socket[] = []
    const silent = createServer((socket) => sockets.push(socket)).listen(0)
    await once(silent, 'listening')
    const { store } = await start((silent.address() as AddressInfo).port)
    while (!store.isUp) await delay(50)
    store.end()
    for (const each of sockets) each.destroy()
    silent.close()
  })

  test('instances find the server, and another one after a failover; no fetch fails', async () => {
    const one = await startConnected(() => start())
    const two = await startConnected(() => start())
    warnings.mockClear()
    const calls = await whileUp([one, two], async (attempt) => {
      const [tokens, before] = [source(), result(`before ${String(attempt)}`)]
      await one.cache.fetch(before, tokens.fetch)
      await two.cache.fetch(before, tokens.fetch)
      return tokens.calls
    })
    expect(calls).toBe(1)
    await master.stop()
    const during = source()
    let fetched = 0
    do {
      for (const { cache } of [one, two]) {
        const { value } = await cache.fetch(result(`during ${String(fetched++)}`), during.fetch)
        expect(value).toMatch(/^token-/)
      }
      await delay(20)
    } while (!(await isSharedAgain(one, two)))
    const lines = warnings.mock.calls.map((call) => call.join(' '))
    expect(lines.filter((line) => /shared cache is away/.test(line))).toHaveLength(2)
    expect(lines.join('\n')).not.toContain(PASSWORD)
  })

  let looks = 0

  async function isSharedAgain(one: Instance, two: Instance): Promise<boolean> {
    const after = source()
    const name = `after ${String(looks++)}`
    await one.cache.fetch(result(name), after.fetch)
    await two.cache.fetch(result(name), after.fetch)
    return after.calls === 1
  }
})

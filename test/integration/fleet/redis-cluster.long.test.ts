import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient, type RedisClientType } from 'redis'

import { freePort } from '../../support/free-port.js'
import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { type Instance, result, source, startConnected, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program
  ? 'shared cache in a cluster'
  : 'shared cache in a cluster (skipped: no redis-server is installed)'
const PASSWORD = randomUUID()
const SLOTS = 16_384
const MASTERS = 3

const ask = async (admin: RedisClientType, ...command: string[]) =>
  (await admin.sendCommand(command)) as unknown as string

;(program ? describe : describe.skip)(title, () => {
  const nodes: Redis[] = []
  const admins: RedisClientType[] = []
  const buses: string[] = []
  const instances: Instance[] = []
  let one: Instance
  let two: Instance

  beforeAll(async () => {
    jest.spyOn(console, 'info').mockImplementation()
    for (let i = 0; i < MASTERS; i++) {
      const bus = String(await freePort())
      buses.push(bus)
      const timeout = ['--cluster-node-timeout', '2000', '--cluster-port', bus]
      const cluster = ['--cluster-enabled', 'yes', ...timeout]
      const node = await startRedis(program!, PASSWORD, [...cluster, '--masterauth', PASSWORD])
      nodes.push(node)
      const admin: RedisClientType = createClient({ url: node.uri.replace('somebody', '') })
      admin.on('error', () => undefined)
      await admin.connect()
      admins.push(admin)
    }
    await formCluster()
    one = await start(true)
    two = await start('true')
  })

  afterAll(async () => {
    for (const { cache } of instances) cache.end()
    for (const admin of admins) if (admin.isOpen) admin.destroy()
    await Promise.all(nodes.map((node) => node.stop()))
    jest.restoreAllMocks()
  })

  async function start(cluster_mode: boolean | string): Promise<Instance> {
    const instance = await startInstance({ uri: nodes[0]!.uri, cluster_mode })
    instances.push(instance)
    return instance
  }

  async function formCluster(): Promise<void> {
    const share = Math.ceil(SLOTS / MASTERS)
    for (const [i, admin] of admins.entries()) {
      const end = Math.min((i + 1) * share, SLOTS) - 1
      await admin.sendCommand(['CLUSTER', 'ADDSLOTSRANGE', String(i * share), String(end)])
      await admin.sendCommand(['CONFIG', 'SET', 'cluster-require-full-coverage', 'no'])
    }
    for (const [i, { port }] of nodes.entries()) {
      if (i) await admins[0]!.sendCommand(['CLUSTER', 'MEET', '127.0.0.1', String(port), buses[i]!])
    }
    for (const admin of admins) await isFormed(admin)
  }

  async function isFormed(admin: RedisClientType): Promise<void> {
    for (;;) {
      const info = await ask(admin, 'CLUSTER', 'INFO')
      if (info.includes('cluster_state:ok') && info.includes('cluster_slots_assigned:16384')) return
      await delay(50)
    }
  }

  const entries = (admin: RedisClientType) => admin.keys('cds-principal:*')

  test('what one instance has fetched, the other one has, on whichever node it is', async () => {
    const { first, second, calls } = await whileUp([one, two], async (attempt) => {
      const tokens = source()
      const names = Array.from({ length: 60 }, (_, i) => `spread ${String(attempt)} ${String(i)}`)
      const fetchAll = async ({ cache }: Instance) => {
        const values: string[] = []
        for (const name of names) values.push((await cache.fetch(result(name), tokens.fetch)).value)
        return values
      }
      return { first: await fetchAll(one), second: await fetchAll(two), calls: tokens.calls }
    })
    expect(second).toEqual(first)
    expect(calls).toBe(60)
    const counts = await Promise.all(admins.map(async (admin) => (await entries(admin)).length))
    expect(Math.min(...counts)).toBeGreaterThan(0)
  })

  test('an entry and its lock are on one node: instances wait for one fetch', async () => {
    const calls = await whileUp([one, two], async (attempt) => {
      const slow = source(30)
      const name = (i: number) => `locked ${String(attempt)} ${String(i % 10)}`
      const fetches = Array.from({ length: 40 }, (_, i) =>
        (i % 2 ? one : two).cache.fetch(result(name(i)), slow.fetch)
      )
      await Promise.all(fetches)
      return slow.calls
    })
    expect(calls).toBe(10)
  })

  test('a rejected token is removed for all', async () => {
    const values = await whileUp([one, two], async (attempt) => {
      const tokens = source()
      const name = `rejected ${String(attempt)}`
      await one.cache.fetch(result(name), tokens.fetch)
      const bypass = (token: string) => token === 'token-1'
      const renewed = await two.cache.fetch(result(name, { bypass }), tokens.fetch)
      const again = await one.cache.fetch(result(name), tokens.fetch)
      return [renewed.value, again.value]
    })
    expect(values).toEqual(['token-2', 'token-2'])
  })

  test('slots that have moved to another node are found there', async () => {
    const calls = await whileUp([one, two], async (attempt) => {
      const tokens = source()
      const before = await Promise.all(admins.map(entries))
      await one.cache.fetch(result(`moved ${String(attempt)}`), tokens.fetch)
      const after = await Promise.all(admins.map(entries))
      const known = new Set(before.flat())
      const owner = after.findIndex((keys) => keys.some((key) => !known.has(key)))
      const key = after[owner]?.find((each) => !known.has(each) && !each.endsWith(':lock'))
      if (key) await moveSlotOf(key, admins[owner]!, admins[(owner + 1) % MASTERS]!)
      await two.cache.fetch(result(`moved ${String(attempt)}`), tokens.fetch)
      await one.cache.fetch(result(`moved ${String(attempt)}`), tokens.fetch)
      return key === undefined ? 'not found' : tokens.calls
    })
    expect(calls).toBe(1)
  })

  /** Moves a slot as `redis-cli --cluster reshard` does. */
  async function moveSlotOf(key: string, owner: RedisClientType, target: RedisClientType) {
    const number: unknown = await owner.sendCommand(['CLUSTER', 'KEYSLOT', key])
    const slot = String(number)
    const [ownerId, targetId] = [await idOf(owner), await idOf(target)]
    await target.sendCommand(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', ownerId])
    await owner.sendCommand(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId])
    const keys = (await owner.sendCommand([
      'CLUSTER',
      'GETKEYSINSLOT',
      slot,
      '100'
    ])) as unknown as string[]
    const port = String(nodes[admins.indexOf(target)]!.port)
    await owner.sendCommand([
      'MIGRATE',
      '127.0.0.1',
      port,
      '',
      '0',
      '2000',
      'AUTH',
      PASSWORD,
      'KEYS',
      ...keys
    ])
    for (const admin of admins) {
      await admin.sendCommand(['CLUSTER', 'SETSLOT', slot, 'NODE', targetId])
    }
  }

  const idOf = async (admin: RedisClientType) => await ask(admin, 'CLUSTER', 'MYID')

  test('a node that ends: no fetch fails, and trials on the others do not say that it is back', async () => {
    const fresh = [
      await startConnected(() => start(true)),
      // for a machine so busy that the first one has lost a node that works
      await startConnected(() => start(true))
    ]
    const warnings = jest.spyOn(console, 'warn').mockImplementation()
    // the first trials of an instance are at this place
    const slot = Number(await ask(admins[0]!, 'CLUSTER', 'KEYSLOT', '{trial}'))
    const owner = Math.floor(slot / Math.ceil(SLOTS / MASTERS))
    await nodes[owner === 1 ? 2 : 1]!.stop()
    let found: { changes: number; isUp: boolean; lines: number } | undefined
    for (const instance of fresh) {
      if (found?.changes === 1) break
      warnings.mockClear()
      const changes = await changesOf(instance)
      const lines = warnings.mock.calls.map((call) => call.join(' '))
      const away = lines.filter((line) => line.includes('shared cache is away'))
      found = { changes, isUp: instance.store.isUp, lines: away.length }
    }
    expect(found).toEqual({ changes: 1, isUp: false, lines: 1 })
  })

  /** Fetches for some time, and counts how often an instance loses Redis, or has it again. */
  async function changesOf({ cache, store }: Instance): Promise<number> {
    const [tokens, run] = [source(), randomUUID()]
    const end = performance.now() + 9_000
    let changes = 0
    let wasUp = true
    for (let i = 0; i < 200 || performance.now() < end; i++) {
      const { value } = await cache.fetch(result(`${run} ${String(i)}`), tokens.fetch)
      expect(value).toBe(`token-${String(i + 1)}`)
      if (store.isUp !== wasUp) changes++
      wasUp = store.isUp
      if (i > 200) await delay(20)
    }
    return changes
  }
})

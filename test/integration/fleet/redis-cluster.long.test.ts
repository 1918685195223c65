import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient, type RedisClientType } from 'redis'

import { freePort } from '../../support/free-port.js'
import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { type Instance, result, source, startInstance } from './caches.js'

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
    const uri = nodes[0]!.uri
    one = await startInstance({ uri, cluster_mode: true })
    two = await startInstance({ uri, cluster_mode: 'true' })
  })

  afterAll(async () => {
    one?.cache.end()
    two?.cache.end()
    for (const admin of admins) if (admin.isOpen) admin.destroy()
    await Promise.all(nodes.map((node) => node.stop()))
    jest.restoreAllMocks()
  })

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
    expect([one.store.isUp, two.store.isUp]).toEqual([true, true])
    const tokens = source()
    const names = Array.from({ length: 60 }, (_, i) => `spread ${String(i)}`)
    const first: string[] = []
    for (const name of names) first.push((await one.cache.fetch(result(name), tokens.fetch)).value)
    const second: string[] = []
    for (const name of names) second.push((await two.cache.fetch(result(name), tokens.fetch)).value)
    expect(second).toEqual(first)
    expect(tokens.calls).toBe(names.length)
    const counts = await Promise.all(admins.map(async (admin) => (await entries(admin)).length))
    expect(Math.min(...counts)).toBeGreaterThan(0)
  })

  test('an entry and its lock are on one node: instances wait for one fetch', async () => {
    const slow = source(80)
    const all = Array.from({ length: 40 }, (_, i) => [`locked ${String(i % 10)}`, i % 2] as const)
    await Promise.all(all.map(([name, i]) => (i ? one : two).cache.fetch(result(name), slow.fetch)))
    expect(slow.calls).toBe(10)
  })

  test('a rejected token is removed for all', async () => {
    const tokens = source()
    await one.cache.fetch(result('rejected'), tokens.fetch)
    const bypass = (token: string) => token === 'token-1'
    const renewed = await two.cache.fetch(result('rejected', { bypass }), tokens.fetch)
    const again = await one.cache.fetch(result('rejected'), tokens.fetch)
    expect([renewed.value, again.value]).toEqual(['token-2', 'token-2'])
  })

  test('slots that have moved to another node are found there', async () => {
    const tokens = source()
    await one.cache.fetch(result('moved'), tokens.fetch)
    const owner = admins[await indexOfOwner()]!
    const target = admins[((await indexOfOwner()) + 1) % MASTERS]!
    const [key = ''] = (await entries(owner)).filter((each) => !/:lock$|trial/.test(each))
    await moveSlotOf(key, owner, target)
    const name = 'moved'
    await two.cache.fetch(result(name), tokens.fetch)
    await one.cache.fetch(result(name), tokens.fetch)
    expect([one.store.isUp, two.store.isUp]).toEqual([true, true])
    expect(tokens.calls).toBeLessThanOrEqual(2)

    async function indexOfOwner(): Promise<number> {
      const counts = await Promise.all(admins.map(async (admin) => (await entries(admin)).length))
      return counts.indexOf(Math.max(...counts))
    }
  })

  /** Moves a slot as `redis-cli --cluster reshard` does. */
  async function moveSlotOf(key: string, owner: RedisClientType, target: RedisClientType) {
    const slot = await ask(owner, 'CLUSTER', 'KEYSLOT', key)
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

  test('a node that ends: no fetch fails, and the others are used again', async () => {
    const warnings = jest.spyOn(console, 'warn').mockImplementation()
    await nodes[2]!.stop()
    const tokens = source()
    for (let i = 0; i < 200; i++) {
      const { value } = await one.cache.fetch(result(`without ${String(i)}`), tokens.fetch)
      expect(value).toBe(`token-${String(i + 1)}`)
    }
    const lines = warnings.mock.calls.map((call) => call.join(' '))
    expect(
      lines.filter((line) => line.includes('shared cache is away')).length
    ).toBeLessThanOrEqual(1)
  })
})

import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { createClient } from 'redis'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { measureBurst } from './burst.js'
import { Fleet, type Instance } from './fleet.js'

const program = redisProgram()
const title = program ? 'fleet of instances' : 'fleet (skipped: no redis-server is installed)'

/** Requests to the platform by one instance: two tokens, two destinations, one exchange. */
const OF_ONE = 5
/** Milliseconds that an instance waits for what another one asks for, 200, without the pause after its last look. */
const WAITED = 190
/** Milliseconds until the platform answers the first instance: longer than others wait, and as long as its lock is there. */
const SLOW = 1000

;(program ? describe : describe.skip)(title, () => {
  const password = randomUUID()
  const secrets: string[] = []
  let redis: Redis

  /** Starts instances that nobody has asked yet: under a new secret, nothing in Redis is theirs. */
  async function withFleet<T>(count: number, use: (fleet: Fleet) => Promise<T>): Promise<T> {
    for (;;) {
      const secret = randomBytes(32).toString('base64')
      secrets.push(secret)
      const fleet = await Fleet.start(count, { uri: redis.uri, secret, userTokens: true })
      try {
        const found = await use(fleet)
        const printed = await Promise.all(fleet.instances.map(({ output }) => output.soFar()))
        // once more, until all instances have Redis all the time
        if (!printed.some((text) => text.includes('shared cache is away'))) return found
      } finally {
        await fleet.stop()
      }
    }
  }

  beforeAll(async () => {
    redis = await startRedis(program!, password)
  })
  afterAll(() => redis?.stop())

  test('what one instance asks for, another one asks for 200 ms later at the earliest', async () => {
    const asked = () => withFleet(2, timeUntilAsked)
    let milliseconds = await asked()
    while (milliseconds === undefined) milliseconds = await asked()
    expect(milliseconds).toBeGreaterThanOrEqual(WAITED)
  }, 240_000)

  test('what the first ones have asked for, the next one asks for no more, and Redis shows no secret', async () => {
    const later = await withFleet(3, async (fleet) => {
      const token = await fleet.token()
      const first = await measureBurst(fleet, 50, token)
      const then = await measureBurst(fleet, 50, token, [await fleet.grow()])
      expect([first.statuses, then.statuses]).toEqual([{ 200: 150 }, { 200: 50 }])
      expect(first.total).toBeLessThanOrEqual(3 * OF_ONE)
      return then.total
    })
    expect(later).toBe(0)
    const content = await contentOf(redis.uri)
    expect(content.length).toBeGreaterThanOrEqual(5)
    for (const { key, value, bytes } of content) {
      expect(key).toMatch(/^cds-principal:\{[\w-]{43}\}$/)
      expect(value).toMatch(/^v1\.[\da-f]{8}\.[\w-]+$/)
      expect(bytes).not.toMatch(READABLE)
    }
    for (const known of [...secrets, 'alice', 'sb-maintenance', 'SYSTEM', 's4.internal']) {
      expect(content.filter((each) => Object.values(each).join(' ').includes(known))).toEqual([])
    }
  }, 240_000)
})

/**
 * Returns the milliseconds from a read in the second instance to its first request for a destination that the first one is asking
 * for; `undefined` where that was answered before.
 */
async function timeUntilAsked(fleet: Fleet): Promise<number | undefined> {
  const [first, second] = fleet.instances as [Instance, Instance]
  const requests = () => fleet.emulator.requests('destination')
  const token = await fleet.token()
  // with the keys of the issuer, the second one comes to its destinations at once
  await Promise.all(fleet.instances.map((each) => each.call(token, '/app/nothing')))
  const destinations = ['SYSTEM', 'EXCHANGING']
  for (const _ of destinations) fleet.emulator.enqueue('destination', { delay: SLOW })
  const reading = first.call(token)
  while (requests().length < destinations.length) await delay(5)
  const begin = Date.now()
  const answers = await Promise.all([reading, second.call(token)])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  const paths = requests()
    .slice(0, destinations.length)
    .map(({ path }) => path)
  const again = requests()
    .slice(destinations.length)
    .find(({ path }) => paths.includes(path))
  return again && Date.parse(again.at) - begin
}

/** Text in the bytes of an entry: longer than random bytes ever make one. */
const READABLE = /[ -~]{24}/

/** Returns all keys and values, as they are and with the bytes that Base64 stands for. */
async function contentOf(uri: string): Promise<{ key: string; value: string; bytes: string }[]> {
  const client = createClient({ url: uri.replace('somebody', '') })
  await client.connect()
  try {
    // who has ended has left locks, for two seconds at most
    while ((await client.keys('*:lock')).length) await delay(50)
    const keys = await client.keys('*')
    const entries = keys.filter((key) => !key.endsWith(':trial'))
    const values = await Promise.all(entries.map((key) => client.get(key).then(String)))
    return entries.map((key, i) => {
      const value = values[i] ?? ''
      const bytes = Buffer.from(value.split('.')[2] ?? '', 'base64url').toString('latin1')
      return { key, value, bytes }
    })
  } finally {
    client.destroy()
  }
}

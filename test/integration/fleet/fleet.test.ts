import { randomBytes, randomUUID } from 'node:crypto'

import { createClient } from 'redis'

import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { burstOf } from './burst.js'

const program = redisProgram()
const title = program ? 'fleet of instances' : 'fleet (skipped: no redis-server is installed)'

;(program ? describe : describe.skip)(title, () => {
  const password = randomUUID()
  const secrets: string[] = []
  let redis: Redis

  /** Instances that nobody has asked yet: under a new secret, nothing in Redis is theirs. */
  async function burst() {
    const secret = randomBytes(32).toString('base64')
    secrets.push(secret)
    const { statuses, total } = await burstOf(3, 50, { uri: redis.uri, secret, userTokens: true })
    expect(statuses).toEqual({ 200: 150 })
    return total
  }

  beforeAll(async () => {
    redis = await startRedis(program!, password)
  })
  afterAll(() => redis?.stop())

  test('first reads of a user in all instances at once ask the platform as one instance does, and Redis shows no secret', async () => {
    const twiceOfOne = 2 * 5 // one instance: two tokens, two destinations, one exchange
    // an instance does not wait for another one longer than 200 ms: on a machine with other things to do, some do not
    let total = Infinity
    for (let tries = 0; tries < 3 && total > twiceOfOne; tries++) total = await burst()
    expect(total).toBeLessThanOrEqual(twiceOfOne)
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

/** Text in the bytes of an entry: longer than random bytes ever make one. */
const READABLE = /[ -~]{24}/

/** Returns all keys and values, as they are and with the bytes that Base64 stands for. */
async function contentOf(uri: string): Promise<{ key: string; value: string; bytes: string }[]> {
  const client = createClient({ url: uri.replace('somebody', '') })
  await client.connect()
  try {
    const keys = await client.keys('*')
    const entries = keys.filter((key) => !key.includes('{trial}'))
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

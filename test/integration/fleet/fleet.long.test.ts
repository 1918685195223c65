import { randomBytes, randomUUID } from 'node:crypto'

import { redisProgram, startRedis } from '../../support/redis.js'
import { burstOf } from './burst.js'

const program = redisProgram()
const title = program
  ? 'eight instances'
  : 'eight instances (skipped: no redis-server is installed)'

;(program ? describe : describe.skip)(title, () => {
  test('100 first reads of a user in each at once: at most twice the platform calls of one instance', async () => {
    const redis = await startRedis(program!, randomUUID())
    try {
      const cache = { uri: redis.uri, secret: randomBytes(32).toString('base64'), userTokens: true }
      const one = await burstOf(1, 100, undefined)
      const eight = await burstOf(8, 100, cache)
      expect([one.statuses, eight.statuses]).toEqual([{ 200: 100 }, { 200: 800 }])
      expect(eight.total).toBeLessThanOrEqual(2 * one.total)
    } finally {
      await redis.stop()
    }
  }, 240_000)
})

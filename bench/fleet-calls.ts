import { randomBytes, randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'

import { type Burst, burstOf } from '../test/integration/fleet/burst.js'
import { type Redis, redisProgram, startRedis } from '../test/support/redis.js'
import { dayTables } from './day/tables.js'
import { writeTable } from './page.js'

/*
 * Counts the requests to the platform by several instances, with and without the shared cache, and writes the tables of
 * docs/scaling.md and docs/capacity.md: of one moment, or with --day of a simulated day.
 */

const READS = 100
const PAGE = 'docs/scaling.md'

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { day: { type: 'boolean' } } })
  const program = redisProgram()
  if (!program) throw new Error('redis-server is not installed')
  const redis = await startRedis(program, randomUUID())
  try {
    await (values.day ? writeDay(redis) : writeBurst(redis))
  } finally {
    await redis.stop()
  }
}

/** Creates a place of its own in Redis: what others have written can not be decrypted. */
const cacheIn = ({ uri }: Redis) => ({ uri, secret: randomBytes(32).toString('base64') })

async function writeDay(redis: Redis): Promise<void> {
  const { kinds, hours } = await dayTables(() => cacheIn(redis))
  console.log([...kinds, '', ...hours].join('\n'))
  await writeTable(PAGE, 'day', kinds)
  await writeTable('docs/capacity.md', 'hours', hours)
}

async function writeBurst(redis: Redis): Promise<void> {
  const rows = [
    row('1 instance', await burstOf(1, READS, undefined)),
    row('8 instances, no shared cache', await burstOf(8, READS, undefined)),
    row('8 instances, shared cache', await burstOf(8, READS, sharing(redis, false))),
    row('… with `userTokens`', await burstOf(8, READS, sharing(redis, true)))
  ]
  const head = [
    '| | tokens of the application | destinations | exchanges of user tokens | sum | key sets | reads that failed |',
    '| --- | --- | --- | --- | --- | --- | --- |'
  ]
  const table = [...head, ...rows]
  console.log(table.join('\n'))
  await writeTable(PAGE, 'fleet', table)
}

const sharing = (redis: Redis, userTokens: boolean) => ({ ...cacheIn(redis), userTokens })

function row(name: string, { calls, total, keySets, statuses }: Burst): string {
  const sum = (pattern: RegExp) =>
    Object.entries(calls).reduce((all, [call, n]) => (pattern.test(call) ? all + n : all), 0)
  const failed = Object.entries(statuses).reduce((all, [s, n]) => (s === '200' ? all : all + n), 0)
  const cells = [sum(/^client_credentials/), sum(/retrieval none/), sum(/retrieval user/)]
  return `| ${[name, ...cells, total, keySets, failed].join(' | ')} |`
}

void main()

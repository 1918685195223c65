import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { type Burst, burstOf } from '../test/integration/fleet/burst.js'
import { redisProgram, startRedis } from '../test/support/redis.js'

/*
 * Counts the requests to the platform by several instances, with and without the shared cache, and writes the table of
 * docs/scaling.md.
 */

const READS = 100
const PAGE = join(__dirname, '../docs/scaling.md')

async function main(): Promise<void> {
  const program = redisProgram()
  if (!program) throw new Error('redis-server is not installed')
  const redis = await startRedis(program, randomUUID())
  try {
    const cache = () => ({ uri: redis.uri, secret: randomBytes(32).toString('base64') })
    const rows = [
      row('1 instance', await burstOf(1, READS, undefined)),
      row('8 instances, no shared cache', await burstOf(8, READS, undefined)),
      row('8 instances, shared cache', await burstOf(8, READS, { ...cache(), userTokens: false })),
      row('… with `userTokens`', await burstOf(8, READS, { ...cache(), userTokens: true }))
    ]
    const head = [
      '| | tokens of the application | destinations | exchanges of user tokens | sum | key sets | reads that failed |',
      '| --- | --- | --- | --- | --- | --- | --- |'
    ]
    const table = [...head, ...rows].join('\n')
    console.log(table)
    const text = readFileSync(PAGE, 'utf8')
    const marked = /<!-- fleet -->[\s\S]*<!-- end of fleet -->/
    writeFileSync(PAGE, text.replace(marked, `<!-- fleet -->\n\n${table}\n\n<!-- end of fleet -->`))
  } finally {
    await redis.stop()
  }
}

function row(name: string, { calls, total, keySets, statuses }: Burst): string {
  const sum = (pattern: RegExp) =>
    Object.entries(calls).reduce((all, [call, n]) => (pattern.test(call) ? all + n : all), 0)
  const failed = Object.entries(statuses).reduce((all, [s, n]) => (s === '200' ? all : all + n), 0)
  const cells = [sum(/^client_credentials/), sum(/retrieval none/), sum(/retrieval user/)]
  return `| ${[name, ...cells, total, keySets, failed].join(' | ')} |`
}

void main()

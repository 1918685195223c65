import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import { summary } from '../support/measure.js'
import { program } from '../support/places.js'
import { target, type Target } from '../support/targets.js'

/** Cases, and the same with one pattern. */
const COMPARED: Record<string, string> = {
  'READ by wildcards': 'READ by one pattern',
  'READ by prefixes': 'READ by one pattern',
  'READ by values and patterns of the user': 'READ by one pattern',
  'CREATE by wildcards': 'CREATE by one pattern',
  'CREATE by prefixes': 'CREATE by one pattern'
}

/** How long 10,000 patterns of a user, for 5000 records in SQLite, keep everything else waiting; the longest of each request. */
export async function heldLoop(): Promise<Target[]> {
  const server = fork(program('held-loop-server'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  try {
    const targets: Target[] = []
    for (const [name, baseline] of Object.entries(COMPARED)) {
      const floor = await held(server, baseline)
      const { median, spread } = await held(server, name)
      const added = Math.max(0, median - floor.median)
      const compared = `one pattern: ${floor.median.toFixed(0)}`
      targets.push(
        target(
          `10,000 patterns, ${name}: CPU without a break added, ms (${compared})`,
          added,
          50,
          spread
        )
      )
    }
    return targets
  } finally {
    server.disconnect()
  }
}

async function held(server: ChildProcess, name: string) {
  server.send(name)
  const [times] = (await once(server, 'message')) as [number[]]
  return summary(times)
}

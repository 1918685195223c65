import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import type { Effort } from './inbound.js'
import { summary } from './measure.js'
import { program } from './places.js'
import { target, type Target } from './targets.js'

/** Updates before it is measured, and in each portion. */
const WARM_UP = 200
const PORTION = 20

/** An `UPDATE … where` of 1000 records by a user with a condition, with and without the plugin's restrictions, in turns. */
export async function massWrites({ rounds }: Effort): Promise<Target[]> {
  const start = (kind: string) =>
    fork(program('mass-write-server'), [kind], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [ours, stock] = [start('ours'), start('stock')]
  try {
    for (const side of [ours, stock]) await cost(side, WARM_UP)
    const ratios: number[] = []
    for (let round = 0; round < 2 * rounds; round++) {
      ratios.push((await cost(ours, PORTION)) / (await cost(stock, PORTION)))
    }
    const { median, spread } = summary(ratios)
    return [target('UPDATE of 1000 restricted records: CPU ÷ stock', median, 1.5, spread)]
  } finally {
    for (const side of [ours, stock]) side.disconnect()
  }
}

/** CPU of so many updates, µs. */
async function cost(side: ChildProcess, updates: number): Promise<number> {
  side.send(updates)
  const [cpu] = (await once(side, 'message')) as [number]
  return cpu
}

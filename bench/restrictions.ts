import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'

import type { Effort } from './inbound.js'
import type { Target } from './targets.js'

/** One kind of server. */
interface Side {
  readonly child: ChildProcess
  readonly url: string
}

/** Processes of each kind: what is compiled differs from one to the next. */
const PAIRS = 3

/** Requests before it is measured: the compiler has to have seen everything. */
const WARM_UP = 1500

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/**
 * A restricted READ over HTTP, 50 rows from SQLite in memory, with and without the plugin's restrictions: CPU of the server
 * per request. The two take turns, in processes of their own.
 */
export async function restrictions({ rounds, milliseconds }: Effort): Promise<Target[]> {
  const ratios: number[] = []
  for (let pair = 0; pair < PAIRS; pair++) {
    const sides = [await start('stock'), await start('ours')] as const
    try {
      for (const side of sides) await requests(side, WARM_UP)
      for (let round = 0; round < 2 * rounds; round++)
        ratios.push(await compare(sides, round, milliseconds))
    } finally {
      for (const { child } of sides) child.disconnect()
    }
  }
  agent.destroy()
  const sorted = ratios.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN
  const [value, target] = [at(0.5), 1.05]
  const spread = (at(0.75) - at(0.25)) / value
  return [{ name: 'restricted READ: CPU ÷ stock', value, target, met: value <= target, spread }]
}

async function start(kind: 'stock' | 'ours'): Promise<Side> {
  const { PROFILE: folder } = process.env
  const profile = folder ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, kind)}`] : []
  const child = fork(join(__dirname, 'restricted-server.ts'), [kind], {
    execArgv: ['--import', 'tsx', ...profile]
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error('the server has not started')
  })
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }]
  return { child, url: `http://127.0.0.1:${String(port)}/s/Equipment` }
}

/** The same number of requests to both, in small portions: a machine's mood lasts longer. */
async function compare(sides: readonly [Side, Side], round: number, milliseconds: number) {
  const [stock, ours] = sides
  const costs = new Map(sides.map((side) => [side, 0]))
  const end = performance.now() + 2 * milliseconds
  for (let turn = round; performance.now() < end; turn++) {
    for (const side of turn % 2 ? [ours, stock] : [stock, ours])
      costs.set(side, (costs.get(side) ?? 0) + (await costOf(side, 20)))
  }
  return (costs.get(ours) ?? NaN) / (costs.get(stock) ?? NaN)
}

/** CPU of the server, µs. */
async function costOf(side: Side, count: number): Promise<number> {
  const before = await used(side)
  await requests(side, count)
  return (await used(side)) - before
}

async function used({ child }: Side): Promise<number> {
  child.send('cpu')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
  return cpu.user + cpu.system
}

async function requests({ url }: Side, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const { value } = await new Promise<{ value?: object[] }>((done, fail) => {
      get(url, { agent }, (res) => {
        json(res).then(done as never, fail)
      }).on('error', fail)
    })
    if (value?.length !== 50) throw new Error(`${String(value?.length)} rows instead of 50`)
  }
}

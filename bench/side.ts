import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { summary } from './measure.js'

/** A server in a process of its own, which tells the CPU that it has used. */
export interface Side {
  readonly url: string
  /** µs since it started. */
  cpu(): Promise<number>
  stop(): void
}

/** Headers of the i-th request. */
type Headers = (i: number) => Record<string, string>

const agent = new Agent({ keepAlive: true, maxSockets: 1 })

/** Ends with the benchmark. */
export function closeConnections(): void {
  agent.destroy()
}

/**
 * Starts one of the servers of this folder. `PROFILE=<folder>` lets each write a CPU profile.
 *
 * @param script - file name without extension
 * @param kind - its argument, such as `ours` and `stock`
 * @param path - of its URL
 */
export async function startSide(
  script: string,
  kind: string,
  path: string,
  env: Record<string, string> = {}
): Promise<Side> {
  const { PROFILE: folder } = process.env
  const profile = folder ? ['--cpu-prof', `--cpu-prof-dir=${join(folder, kind)}`] : []
  const child = fork(join(__dirname, `${script}.ts`), [kind], {
    execArgv: ['--import', 'tsx', ...profile],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ${kind} has not started`)
  })
  const [{ port }] = (await Promise.race([once(child, 'message'), ended])) as [{ port: number }]
  return {
    url: `http://127.0.0.1:${String(port)}${path}`,
    cpu: () => used(child),
    stop: () => {
      child.disconnect()
    }
  }
}

async function used(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
  return cpu.user + cpu.system
}

/**
 * Ratios of the first side's CPU to the second's, for the same number of requests in small portions that take turns: a
 * machine's mood lasts longer.
 *
 * @param milliseconds - altogether
 */
export async function compareSides(
  [ours, other]: readonly [Side, Side],
  headers: Headers,
  milliseconds: number
): Promise<number> {
  const costs = new Map([ours, other].map((side) => [side, 0]))
  const end = performance.now() + milliseconds
  for (let turn = 0; performance.now() < end; turn++) {
    for (const side of turn % 2 ? [ours, other] : [other, ours]) {
      const before = await side.cpu()
      await requests(side, 20, headers, turn * 20)
      costs.set(side, (costs.get(side) ?? 0) + (await side.cpu()) - before)
    }
  }
  return (costs.get(ours) ?? NaN) / (costs.get(other) ?? NaN)
}

/** One after the other, on one connection. */
export async function requests(
  { url }: Side,
  count: number,
  headers: Headers = () => ({}),
  from = 0
): Promise<void> {
  for (let i = from; i < from + count; i++) {
    const [status, body] = await new Promise<[number | undefined, string]>((done, fail) => {
      get(url, { agent, headers: headers(i) }, (res) => {
        text(res).then((all) => {
          done([res.statusCode, all])
        }, fail)
      }).on('error', fail)
    })
    if (status !== 200) throw new Error(`${url} answers ${String(status)}: ${body.slice(0, 300)}`)
  }
}

/** Several pairs of processes, as what is compiled differs from one to the next. */
export async function ratioOf(
  start: () => Promise<readonly [Side, Side]>,
  headers: Headers,
  { pairs, rounds, milliseconds }: { pairs: number; rounds: number; milliseconds: number }
) {
  const ratios: number[] = []
  for (let pair = 0; pair < pairs; pair++) {
    const sides = await start()
    try {
      for (const side of sides) await requests(side, WARM_UP, headers)
      for (let round = 0; round < rounds; round++)
        ratios.push(await compareSides(sides, headers, milliseconds))
    } finally {
      for (const side of sides) side.stop()
    }
  }
  return summary(ratios)
}

/** Requests before it is measured: the compiler has to have seen everything. */
const WARM_UP = 1500

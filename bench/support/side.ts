import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { type Cost, summary } from './measure.js'
import { program } from './places.js'

/** A server in a process of its own, which tells the CPU that it has used. */
export interface Side {
  readonly url: string
  /** Of every request. */
  readonly headers?: Record<string, string>
  /** µs since it started. */
  cpu(): Promise<number>
  stop(): void
}

/** Headers of the i-th request. */
type Headers = (i: number) => Record<string, string>

const agent = new Agent({ keepAlive: true })

/** Ends with the benchmark. */
export function closeConnections(): void {
  agent.destroy()
}

/**
 * Starts one of the servers of `processes/`. `PROFILE=<folder>` lets each write a CPU profile.
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
  const child = fork(program(script), [kind], {
    execArgv: profile,
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
      if (child.connected) child.disconnect()
    }
  }
}

async function used(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ cpu }] = (await once(child, 'message')) as [{ cpu: NodeJS.CpuUsage }]
  return cpu.user + cpu.system
}

/** What some requests have cost a server, µs. */
interface Costs {
  readonly cpu: number
  readonly wall: number
}

/**
 * Ratios of the first side's costs to the second's, for the same number of requests in small portions that take turns: a
 * machine's mood lasts longer. Medians, as what else it does comes in bursts.
 *
 * @param milliseconds - altogether
 */
async function compareSides(
  [ours, other]: readonly [Side, Side],
  headers: Headers,
  milliseconds: number,
  connections: number
): Promise<Costs> {
  const portion = 20 * connections
  const costs = new Map([ours, other].map((side) => [side, [] as Costs[]]))
  const end = performance.now() + milliseconds
  for (let turn = 0; performance.now() < end; turn++) {
    for (const side of turn % 2 ? [ours, other] : [other, ours]) {
      const before = await side.cpu()
      const start = performance.now()
      await requests(side, portion, { headers, from: turn * portion, connections })
      const wall = performance.now() - start
      costs.get(side)?.push({ wall, cpu: (await side.cpu()) - before })
    }
  }
  const median = (side: Side, what: keyof Costs) =>
    summary((costs.get(side) ?? []).map((cost) => cost[what])).median
  const ratio = (what: keyof Costs) => median(ours, what) / median(other, what)
  return { cpu: ratio('cpu'), wall: ratio('wall') }
}

/** How requests are sent. */
interface Sending {
  readonly headers?: Headers
  /** Number of the first one. */
  readonly from?: number
  readonly connections?: number
}

/** So many requests, on each connection one after the other. */
async function requests(
  { url, headers: own }: Side,
  count: number,
  { headers = () => ({}), from = 0, connections = 1 }: Sending = {}
): Promise<void> {
  const send = async (i: number) => {
    const [status, body] = await new Promise<[number | undefined, string]>((done, fail) => {
      get(url, { agent, headers: { ...headers(i), ...own } }, (res) => {
        text(res).then((all) => {
          done([res.statusCode, all])
        }, fail)
      }).on('error', fail)
    })
    if (status !== 200) throw new Error(`${url} answers ${String(status)}: ${body.slice(0, 300)}`)
  }
  let next = from
  const connection = async () => {
    while (next < from + count) await send(next++)
  }
  await Promise.all(Array.from({ length: connections }, connection))
}

/** How long to compare two servers. */
export interface Comparison {
  /** Several processes of each, as what is compiled differs from one to the next. */
  readonly pairs: number
  readonly rounds: number
  readonly milliseconds: number
  /** Numbers of connections, default: 1. */
  readonly connections?: readonly number[]
}

/**
 * Ratios of the first server's CPU and time for the same requests to the second's, by the number of connections.
 *
 * @param start - the two, or one with different headers
 */
export async function compare(
  start: () => Promise<readonly [Side, Side]>,
  headers: Headers,
  { pairs, rounds, milliseconds, connections = [1] }: Comparison
): Promise<Map<number, { cpu: Cost; wall: Cost }>> {
  const ratios = new Map(connections.map((each) => [each, [] as Costs[]]))
  for (let pair = 0; pair < pairs; pair++) {
    const sides = await start()
    try {
      for (const side of sides) await requests(side, WARM_UP, { headers })
      for (let round = 0; round < rounds; round++) {
        for (const [each, costs] of ratios)
          costs.push(await compareSides(sides, headers, milliseconds, each))
      }
    } finally {
      for (const side of sides) side.stop()
    }
  }
  return new Map(
    [...ratios].map(([each, costs]) => [
      each,
      { cpu: summary(costs.map(({ cpu }) => cpu)), wall: summary(costs.map(({ wall }) => wall)) }
    ])
  )
}

/** Requests before it is measured: the compiler has to have seen everything. */
const WARM_UP = 1500

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

import { type Cost, summary } from './measure.js'
import { program } from './places.js'

/** A process of its own that does some work as often as it is told to. */
export interface Worker<Work> {
  /** Returns the CPU that it has cost, µs. */
  use(work: Work, times: number): Promise<number>
  stop(): Promise<void>
}

/** What a worker is sent. */
interface Order<Work> {
  readonly work: Work
  readonly times: number
}

/**
 * Starts one of the programs of `processes/`, which calls {@link serveWork}.
 *
 * @param script - file name without extension
 * @param kind - its argument, such as `ours` and `stock`
 */
export function startWorker<Work>(
  script: string,
  kind: string,
  env: Record<string, string> = {}
): Worker<Work> {
  const child = fork(program(script), [kind], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ${kind} has ended`)
  })
  ended.catch(() => undefined) // matters to who waits for an answer
  return {
    use: (work, times) => Promise.race([answer(child, { work, times }), ended]),
    stop: async () => {
      if (child.exitCode !== null) return
      child.disconnect()
      await once(child, 'exit')
    }
  }
}

async function answer(child: ChildProcess, order: Order<unknown>): Promise<number> {
  child.send(order)
  const [used] = (await once(child, 'message')) as [number]
  return used
}

/** Does what the parent of this process orders, and tells it what that has cost. Ends with the parent. */
export function serveWork(prepared: Promise<(work: never, i: number) => Promise<void>>): void {
  let count = 0
  process.on('message', ({ work, times }: Order<never>) => {
    void prepared.then(async (run) => {
      const before = process.cpuUsage()
      for (let i = 0; i < times; i++) await run(work, count++)
      const { user, system } = process.cpuUsage(before)
      process.send?.(user + system)
    })
  })
  process.on('disconnect', () => process.exit())
}

/** CPU of a portion of work, and of the warming up before it is measured, µs. */
const PORTION = 20_000
const WARM_UP = 500_000

/** The first worker's costs, relative to the second's. */
export interface Compared {
  readonly ratio: Cost
  /** What once costs the second, µs. */
  readonly stock: number
}

/** The same work for two workers, in small portions that take turns: a machine's mood lasts longer. */
export async function compareWorkers<Work>(
  [ours, stock]: readonly [Worker<Work>, Worker<Work>],
  work: NoInfer<Work>,
  rounds: number
): Promise<Compared> {
  await warmUp((times) => ours.use(work, times))
  const times = Math.max(1, Math.round(PORTION / (await warmUp((n) => stock.use(work, n)))))
  const ratios: number[] = []
  const costs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = round % 2 ? 0 : await ours.use(work, times)
    const other = await stock.use(work, times)
    ratios.push((before || (await ours.use(work, times))) / other)
    costs.push(other / times)
  }
  return { ratio: summary(ratios), stock: summary(costs).median }
}

/** Lets the compiler see everything. Returns what once costs in the end, µs. */
async function warmUp(use: (times: number) => Promise<number>): Promise<number> {
  let [times, spent] = [1, 0]
  for (;;) {
    const cost = await use(times)
    spent += cost
    if (spent > WARM_UP) return cost / times
    times = Math.max(1, Math.min(2 * times, Math.round((PORTION * times) / cost)))
  }
}

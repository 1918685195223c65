import { setTimeout as pause } from 'node:timers/promises'

import { judgeLeftRows } from './checks/dead-letters.js'
import type { Findings } from './checks/findings.js'
import { Ledger } from './checks/ledger.js'
import { Watch } from './checks/watch.js'
import type { Options } from './command-line.js'
import { breakThings } from './faults/faults.js'
import { readMovedEntries } from './faults/moved-entries.js'
import { Recovery } from './faults/recovery.js'
import type { Fleet } from './fleet.js'
import { Load } from './load/load.js'
import { Random } from './random.js'
import { Tokens } from './load/tokens.js'

/** Milliseconds within which queued work must be done when nothing breaks any more. */
const SETTLE = 180_000

/** How much rarer faults are in a run of a number of calls: a process that starts takes the time of hundreds of them. */
const RARER = 12

/** Figures of a run. */
export interface Result {
  readonly load: Load
  readonly ledger: Ledger
  readonly faults: ReadonlyMap<string, number>
  /** Seconds for which calls were sent. */
  readonly seconds: number
  /** Changes that were given up because they may have happened, and how many of them S/4 has on record. */
  readonly unknown: { readonly all: number; readonly recorded: number }
  /** Milliseconds until everything worked again after an outage, at most. */
  readonly longestRecovery: number
}

/** Sends calls while things break, and compares with what the systems have on record. */
export async function runFleet(
  fleet: Fleet,
  options: Options,
  findings: Findings
): Promise<Result> {
  const { emulator, instances, cluster, redis, proxy, troubles } = fleet
  const random = new Random(options.seed)
  const [tokens, ledger] = [new Tokens(emulator), new Ledger(findings)]
  const load = new Load({
    ...{ url: proxy.url, tokens, ledger, troubles, findings, random: random.fork() },
    logged: (text: string) => instances.logged(text)
  })
  const faults = new Faults()
  const watch = new Watch(fleet, { ledger, findings, load, since: () => faults.since() })
  const watched = watch.run()
  watched.catch(() => undefined) // it is thrown below, when the calls have ended
  faults.say(await readMovedEntries(fleet, load, findings))
  const start = Date.now()
  const isOver = overWhen(options, start, load)
  const recovery = new Recovery({ ports: instances.ports, load, tokens, findings })
  const breakable = {
    ...{ emulator, instances, proxy, database: cluster, redis, troubles, recovery, random },
    ...{ leaks: fleet.leaks, say: (text: string) => faults.say(text) },
    pace: options.calls === undefined ? 1 : RARER
  }
  await Promise.all([breakThings(breakable, isOver), load.run(isOver)])
  const seconds = (Date.now() - start) / 1000
  for (const port of instances.ports) await proxy.untilReady(port)
  watch.stop()
  await watched
  await settle(fleet, ledger, (text) => console.log(`${faults.since()}  ${text}`))
  const unknown = await conclude(fleet, ledger, load, findings)
  await watch.last()
  faults.add('CAP has ended an instance: no ROLLBACK without PostgreSQL', instances.endedByDatabase)
  const { longest: longestRecovery } = recovery
  return { load, ledger, faults: faults.counts, seconds, unknown, longestRecovery }
}

/** The faults of a run, which are printed as they happen. */
class Faults {
  readonly counts = new Map<string, number>()
  readonly #start = Date.now()

  /** Time since the start, for a line. */
  since(): string {
    return `${Math.round((Date.now() - this.#start) / 1000)} s`.padStart(7)
  }

  say(text: string): void {
    console.log(`${this.since()}  ${text}`)
    this.add(text.replaceAll(/\d+/g, 'n'), 1)
  }

  add(kind: string, count: number): void {
    if (count > 0) this.counts.set(kind, (this.counts.get(kind) ?? 0) + count)
  }
}

function overWhen({ seconds, calls }: Options, start: number, load: Load): () => boolean {
  const end = seconds === undefined ? Infinity : start + seconds * 1000
  return () => Date.now() > end || load.calls >= (calls ?? Infinity)
}

/** Waits until the queue has nothing to do. */
async function settle(
  { emulator, internet, database }: Fleet,
  ledger: Ledger,
  say: (text: string) => void
): Promise<void> {
  const end = Date.now() + SETTLE
  for (let round = 0; Date.now() < end; round++) {
    const waiting = await database.waiting()
    await ledger.read(emulator, internet)
    if (!waiting) return
    if (round % 10 === 0) say(`nothing breaks any more; ${String(waiting)} planned changes wait`)
    await pause(1_000)
  }
}

async function conclude(fleet: Fleet, ledger: Ledger, load: Load, findings: Findings) {
  const { database, troubles } = fleet
  troubles.judge()
  const unknown = judgeLeftRows(await database.rows(), troubles, findings)
  const recorded = ledger.conclude(unknown)
  const notes = await database.notes()
  for (const id of load.notes) if (!notes.has(id)) findings.add('a work note is lost', id)
  return { all: unknown.size, recorded }
}

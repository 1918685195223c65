import { setTimeout as pause } from 'node:timers/promises'

import type { Options } from './command-line.js'
import { breakThings } from './faults/faults.js'
import { dumpRedis } from './faults/poison.js'
import { Troubles } from './faults/troubles.js'
import type { Findings } from './findings.js'
import type { Fleet } from './fleet.js'
import { Ledger } from './ledger.js'
import { Load } from './load.js'
import { Random } from './random.js'

/** Milliseconds between two lines of progress, and between two looks at the records of the systems. */
const PROGRESS = 10_000
const LOOK = 3_000

/** Milliseconds within which queued work must be done when nothing breaks any more. */
const SETTLE = 120_000

/** Figures of a run. */
export interface Result {
  readonly load: Load
  readonly ledger: Ledger
  readonly faults: ReadonlyMap<string, number>
}

/** Sends calls while things break, and compares with what the systems have on record. */
export async function runFleet(
  fleet: Fleet,
  { seconds, calls, seed }: Options,
  findings: Findings
): Promise<Result> {
  const { emulator, internet, instances, cluster, redis, proxy } = fleet
  const random = new Random(seed)
  const troubles = new Troubles()
  const ledger = new Ledger(findings)
  const parts = { url: proxy.url, emulator, ledger, troubles, findings, random: random.fork() }
  const load = new Load(parts)
  const faults = new Map<string, number>()
  const start = Date.now()
  const since = () => `${Math.round((Date.now() - start) / 1000)} s`.padStart(7)
  const say = (text: string) => {
    console.log(`${since()}  ${text}`)
    const kind = text.replaceAll(/\d+/g, 'n')
    faults.set(kind, (faults.get(kind) ?? 0) + 1)
  }
  const isOver = () =>
    calls === undefined ? Date.now() - start > seconds * 1000 : load.calls >= calls
  const breakable = { emulator, instances, database: cluster, redis, troubles, random, say }
  const broken = breakThings(breakable, isOver)
  const loaded = load.run(isOver)
  let isDone = false
  const watched = watch(fleet, ledger, findings, load, since, () => isDone)
  await Promise.all([broken, loaded])
  isDone = true
  await watched
  for (const port of instances.ports) await proxy.untilReady(port)
  await settle(fleet, ledger)
  await ledger.read(emulator, internet)
  await conclude(fleet, ledger, load, findings)
  if (instances.endedByDatabase > 0)
    faults.set(
      'CAP has ended an instance: no ROLLBACK without PostgreSQL',
      instances.endedByDatabase
    )
  return { load, ledger, faults }
}

/** Reads records, says how far it is, and looks for secrets, as long as the run lasts. */
async function watch(
  fleet: Fleet,
  ledger: Ledger,
  findings: Findings,
  load: Load,
  since: () => string,
  isDone: () => boolean
): Promise<void> {
  let said = Date.now()
  while (!isDone()) {
    await pause(LOOK)
    fleet.leaks.add(fleet.emulator)
    await ledger.read(fleet.emulator, fleet.internet)
    if (Date.now() - said < PROGRESS) continue
    said = Date.now()
    const ready = `${String(fleet.proxy.ready)} of ${String(fleet.instances.ports.length)} ready`
    console.log(
      `${since()}  ${String(load.calls)} calls, ${ready}, ${String(findings.count)} findings`
    )
    await lookForSecrets(fleet)
  }
}

/** A database that is away has nothing to look into. */
async function lookForSecrets({ leaks, database, redis }: Fleet): Promise<void> {
  const [tables, entries] = await Promise.all([
    database.dump().catch(() => ''),
    dumpRedis(redis.server.uri).catch(() => '')
  ])
  leaks.check('PostgreSQL', tables)
  leaks.check('Redis', entries)
}

/** Waits until the queue is empty, and all acknowledged work is on record. */
async function settle({ emulator, internet, database }: Fleet, ledger: Ledger): Promise<void> {
  const end = Date.now() + SETTLE
  while (Date.now() < end) {
    await ledger.read(emulator, internet)
    const rows = await database.rows()
    if (!rows.some(({ attempts }) => attempts < 1000) && !ledger.missing().length) return
    await pause(1_000)
  }
}

async function conclude(fleet: Fleet, ledger: Ledger, load: Load, findings: Findings) {
  const { database, instances, proxy, leaks } = fleet
  ledger.conclude()
  for (const { attempts, status, error } of await database.rows()) {
    findings.add('work is left in the queue', `${String(attempts)} attempts, ${status}: ${error}`)
  }
  const notes = await database.notes()
  for (const id of load.notes) if (!notes.has(id)) findings.add('a work note is lost', id)
  await lookForSecrets(fleet)
  leaks.check('the log of an instance', await instances.output())
  leaks.check('the log of nginx', proxy.log())
}

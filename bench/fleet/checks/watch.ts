import { setTimeout as pause } from 'node:timers/promises'

import { dumpRedis } from '../faults/poison.js'
import type { Fleet } from '../fleet.js'
import type { Load } from '../load/load.js'
import type { Findings } from './findings.js'
import type { Ledger } from './ledger.js'

/** Milliseconds between two lines of progress, and between two looks at the records of the systems. */
const PROGRESS = 10_000
const LOOK = 3_000

/** Share of the time in which secrets are looked for: what there is to look into grows. */
const SHARE = 1 / 20

interface WatchParts {
  readonly ledger: Ledger
  readonly findings: Findings
  readonly load: Load
  /** Time since the start. */
  readonly since: () => string
}

/** Reads records, says how far the run is, and looks for secrets, as long as it lasts. */
export class Watch {
  readonly #fleet: Fleet
  readonly #parts: WatchParts
  /** How often there was something to look into, by place. */
  readonly #looks = { PostgreSQL: 0, Redis: 0, 'the log of an instance': 0 }
  #isOver = false

  constructor(fleet: Fleet, parts: WatchParts) {
    this.#fleet = fleet
    this.#parts = parts
  }

  async run(): Promise<void> {
    const { leaks, emulator, internet, database } = this.#fleet
    const { ledger } = this.#parts
    let [said, look] = [Date.now(), 0]
    while (!this.#isOver) {
      await pause(LOOK)
      leaks.add(emulator)
      ledger.queued(await database.queued().catch(() => [])) // it may be away
      await ledger.read(emulator, internet)
      if (Date.now() - said < PROGRESS) continue
      said = Date.now()
      this.#say()
      if (said < look) continue
      await this.#lookForSecrets()
      look = Date.now() + (Date.now() - said) / SHARE
    }
  }

  stop(): void {
    this.#isOver = true
  }

  /** Looks for secrets when everything has ended. */
  async last(): Promise<void> {
    await this.#lookForSecrets()
    await this.#fleet.leaks.check('the log of nginx', this.#fleet.proxy.log())
    this.#judgeLooks()
  }

  #say(): void {
    const { proxy, instances } = this.#fleet
    const { load, findings, since } = this.#parts
    const ready = `${String(proxy.ready)} of ${String(instances.ports.length)} ready`
    const found = `${String(findings.count)} findings`
    console.log(`${since()}  ${String(load.calls)} calls, ${ready}, ${found}`)
  }

  /** Reports the places that were never looked into: that nothing was found there says nothing. */
  #judgeLooks(): void {
    const never = Object.entries(this.#looks).filter(([, count]) => count === 0)
    for (const [place] of never)
      this.#parts.findings.add('a place was never looked into for secrets', place)
  }

  /** A database that is away has nothing to look into. */
  async #lookForSecrets(): Promise<void> {
    const { leaks, database, redis, instances } = this.#fleet
    const [tables, entries, printed] = await Promise.all([
      database.dump().catch(() => ''),
      dumpRedis(redis.server.uri).catch(() => ''),
      instances.takeOutput()
    ])
    const texts = { PostgreSQL: tables, Redis: entries, 'the log of an instance': printed }
    for (const [place, text] of Object.entries(texts)) {
      if (text) this.#looks[place as keyof typeof texts]++
      await leaks.check(place, text)
    }
  }
}

import { setTimeout as pause } from 'node:timers/promises'

import type { Findings } from '../checks/findings.js'
import { call, isGood, isRefused, type Outcome } from '../http.js'
import { TENANTS, type User, USERS } from '../servers/landscape.js'
import type { Load } from '../load/load.js'
import type { Tokens } from '../load/tokens.js'

/** Milliseconds within which all instances must work again after an outage. */
const LONGEST = 60_000

/** Calls that show that the services of the platform are used again: by token, by destination, and by the Connectivity proxy. */
const OF_PLATFORM = [
  '/odata/v4/fleet/look()',
  '/odata/v4/fleet/system()',
  '/odata/v4/maintenance/Equipment?$top=1'
]

const OF_DATABASE = ['/odata/v4/maintenance/WorkNotes?$top=1']

/** Parts that the end of an outage is measured with. */
interface RecoveryParts {
  readonly ports: readonly number[]
  readonly load: Load
  readonly tokens: Tokens
  readonly findings: Findings
}

/** Measures when an outage is over: what was under way has ended, and each instance has answered for each tenant. */
export class Recovery {
  readonly #parts: RecoveryParts
  /** Longest time that it took, in milliseconds. */
  longest = 0

  constructor(parts: RecoveryParts) {
    this.#parts = parts
  }

  platform(): Promise<void> {
    return this.#until('a service of the platform', OF_PLATFORM)
  }

  database(): Promise<void> {
    return this.#until('PostgreSQL', OF_DATABASE)
  }

  async #until(name: string, paths: readonly string[]): Promise<void> {
    const { ports, load, findings } = this.#parts
    const from = Date.now()
    await load.untilAnswered()
    const users = TENANTS.map((id) => USERS.find(({ tenant }) => tenant === id) as User)
    const probes = ports.flatMap((port) =>
      users.flatMap((user) => paths.map((path) => this.#untilGood(port, path, user, from)))
    )
    const failed = (await Promise.all(probes)).filter((outcome) => outcome !== undefined)
    this.longest = Math.max(this.longest, Date.now() - from)
    for (const { body, code } of failed)
      findings.add(
        `an instance has not recovered from an outage of ${name}`,
        body.slice(0, 200) || code
      )
  }

  /** Returns the last outcome if there is no good one. An instance that takes no connection is away itself, and has nothing to recover from. */
  async #untilGood(port: number, path: string, user: User, from: number) {
    let outcome: Outcome
    do {
      const token = await this.#parts.tokens.of(user)
      outcome = await call(`http://127.0.0.1:${String(port)}${path}`, { token })
      if (isGood(outcome) || isRefused(outcome)) return undefined
      await pause(200)
    } while (Date.now() - from < LONGEST)
    return outcome
  }
}

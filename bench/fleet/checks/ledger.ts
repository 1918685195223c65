import type { ChangeEntry, Emulator } from '../../../emulator/src/index.js'
import type { Findings } from './findings.js'
import { type InternetCall, type InternetSystem } from '../servers/internet.js'
import { S4, TENANTS, type User } from '../servers/landscape.js'
import { PLANNED } from '../load/sending.js'

/** Work that a system has to have on record: at least as often as it was acknowledged or queued, at most as often as it was asked for. */
interface Expected {
  readonly user: User
  /** True for calls of the application itself. */
  readonly isTechnical: boolean
  asked: number
  acknowledged: number
  /** True if it was seen in the queue. */
  isQueued: boolean
  recorded: number
}

/**
 * Kinds of records: creations and planned changes in S/4 by equipment, of which there is one each; renames by equipment and new name, so
 * that none stands for another one; calls of the system on the internet by marker.
 */
type RecordKind = 'create' | 'plan' | 'rename' | 'internet'

/** Change document of S/4, with what was written. */
interface ChangeDocument extends ChangeEntry {
  readonly values: { readonly EquipmentName?: string }
}

/** Everything that was asked for, and what the systems have on record of it. */
export class Ledger {
  readonly #expected = new Map<string, Expected>()
  readonly #findings: Findings
  /** Id of the provider's tenant in tokens. */
  #provider: string | undefined

  constructor(findings: Findings) {
    this.#findings = findings
  }

  /** Notes that work is asked for; returns the function that notes its acknowledgement. */
  ask(kind: RecordKind, id: string, user: User, isTechnical = false): () => void {
    const key = `${kind} ${id}`
    const expected = this.#expected.get(key) ?? {
      ...{ user, isTechnical, asked: 0, acknowledged: 0, isQueued: false, recorded: 0 }
    }
    this.#expected.set(key, expected)
    expected.asked++
    return () => expected.acknowledged++
  }

  /** Notes that planned changes are in the queue, also those that nobody has acknowledged. @param equipment - that they change */
  queued(equipment: readonly string[]): void {
    for (const id of equipment) {
      const expected = this.#expected.get(`plan ${id}`)
      if (expected) expected.isQueued = true
    }
  }

  /** Reads the records of all systems since the last time. */
  async read(emulator: Emulator, internet: InternetSystem): Promise<void> {
    this.#provider ??= String(emulator.vcapServices().xsuaa[0]?.credentials['zoneid'])
    for (const tenant of TENANTS) {
      const system = emulator.system(S4, tenant || undefined)
      for (const entry of (await system.audit()) as unknown as ChangeDocument[]) {
        this.#recordChange(tenant, entry)
      }
    }
    for (const call of internet.takeCalls()) this.#recordCall(call)
  }

  /** Acknowledged or queued work that no system has on record yet. */
  missing(): string[] {
    return [...this.#expected].flatMap(([key, { acknowledged, isQueued, recorded }]) =>
      recorded < Math.max(acknowledged, Number(isQueued)) ? [key] : []
    )
  }

  /** Numbers of what is on record, of what was acknowledged, and of what got no answer and was executed or not. */
  summary(): Record<
    'recorded' | 'acknowledged' | 'executedUnknown' | 'notExecutedUnknown',
    number
  > {
    const sums = { recorded: 0, acknowledged: 0, executedUnknown: 0, notExecutedUnknown: 0 }
    for (const { asked, acknowledged, recorded } of this.#expected.values()) {
      sums.recorded += recorded
      sums.acknowledged += acknowledged
      sums.executedUnknown += Math.max(0, recorded - acknowledged)
      sums.notExecutedUnknown += asked - Math.max(acknowledged, recorded)
    }
    return sums
  }

  /**
   * Compares at the end.
   *
   * @param unknown - equipment for which a planned change was given up, because it may have happened
   * @returns how many of these changes are on record
   */
  conclude(unknown: ReadonlySet<string> = new Set()): number {
    const given = new Set([...unknown].map((id) => `plan ${id}`))
    for (const key of this.missing()) {
      if (!given.has(key)) this.#findings.add('acknowledged or queued work is lost', key)
    }
    return [...given].filter((key) => this.#expected.get(key)?.recorded).length
  }

  #recordChange(tenant: string, { user, event, key, values }: ChangeDocument): void {
    const id = String(key['Equipment'])
    const name = String(values.EquipmentName)
    const change = name === PLANNED ? `plan ${id}` : `rename ${id} ${name}`
    this.#record(event === 'CREATE' ? `create ${id}` : change, (expected) => {
      const author = expected.user.name.toUpperCase()
      if (expected.user.tenant !== tenant) return `S/4 of "${tenant}"`
      return user === author ? undefined : `author ${String(user)}`
    })
  }

  #recordCall({ marker, user, tenant, destination }: InternetCall): void {
    this.#record(`internet ${marker}`, (expected) => {
      const author = expected.isTechnical ? null : expected.user.name
      const place = expected.user.tenant || 'provider'
      if (destination !== place) return `destination of "${destination}"`
      if (tenant !== (expected.user.tenant || this.#provider)) return `token of "${tenant}"`
      return user === author ? undefined : `author ${String(user)}`
    })
  }

  #record(key: string, wrong: (expected: Expected) => string | undefined): void {
    const expected = this.#expected.get(key)
    if (!expected) return this.#findings.add('a system has something that nobody asked for', key)
    expected.recorded++
    const { user, asked, recorded } = expected
    const difference = wrong(expected)
    if (difference) {
      const whose = `${user.name} of "${user.tenant}"`
      this.#findings.add('a wrong author or tenant', `${key} is of ${whose}: ${difference}`)
    }
    if (recorded > asked) this.#findings.add('executed more often than asked for', key)
  }
}

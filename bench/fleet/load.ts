import { randomUUID } from 'node:crypto'

import type { Emulator } from '../../emulator/src/index.js'
import type { Troubles } from './faults/troubles.js'
import type { Findings } from './findings.js'
import { call, type Outcome } from './http.js'
import { type User, USERS } from './landscape.js'
import type { Ledger } from './ledger.js'
import type { Random } from './random.js'

/** Calls under way at the same time. */
const CLIENTS = 12

/** Milliseconds for which a client uses a token. */
const TOKEN_TIME = 15_000

/** Number of calls with one outcome, and the milliseconds that they took in all. */
export interface Count {
  number: number
  milliseconds: number
}

/** Parts that the load needs. */
export interface LoadParts {
  readonly url: string
  readonly emulator: Emulator
  readonly ledger: Ledger
  readonly troubles: Troubles
  readonly findings: Findings
  readonly random: Random
}

/** A piece of equipment of a user. */
interface Equipment {
  readonly id: string
  readonly user: User
}

/** What a call is: how it is sent, and what happens when it was acknowledged. */
interface Sending {
  readonly kind: string
  /** Author of the equipment, where the call is about some. */
  readonly user?: User
  readonly method?: string
  readonly path: string
  readonly body?: object
  /** Called with success. */
  readonly acknowledge?: () => void
  /** True if it needs the database of the application. */
  readonly needsDatabase?: boolean
}

const MAINTENANCE = '/odata/v4/maintenance'
const FLEET = '/odata/v4/fleet'

/** Clients that send all kinds of calls as all users. */
export class Load {
  /** Calls by kind and outcome. */
  readonly counts = new Map<string, Count>()
  calls = 0
  /** Work notes that were acknowledged. */
  readonly notes: string[] = []
  readonly #parts: LoadParts
  readonly #tokens = new Map<User, { token: string; until: number }>()
  /** Equipment that S/4 has acknowledged, and for which nothing is planned. */
  readonly #equipment: Equipment[] = []
  #number = 0

  constructor(parts: LoadParts) {
    this.#parts = parts
  }

  /** Sends calls until there were enough, and the last one is answered. */
  async run(isOver: () => boolean): Promise<void> {
    const client = async (random: Random) => {
      while (!isOver()) await this.#send(random)
    }
    const clients = Array.from({ length: CLIENTS }, () => client(this.#parts.random.fork()))
    await Promise.all(clients)
  }

  async #send(random: Random): Promise<void> {
    const { url, troubles } = this.#parts
    const user = random.pick(USERS)
    const sending = random.weighted(KINDS).make(this, user, random)
    if (!sending) return
    this.calls++
    const cutAfter = random.chance(0.01) ? random.between(1, 200) : undefined
    const token = await this.#token(sending.user ?? user)
    const from = Date.now()
    const { method = 'GET', body } = sending
    const outcome = await call(url + sending.path, { method, token, body, cutAfter })
    const isGood = outcome.status >= 200 && outcome.status < 300
    if (isGood) sending.acknowledge?.()
    const name = isGood
      ? 'good'
      : cutAfter !== undefined && !outcome.status
        ? 'cut'
        : failure(outcome)
    this.#count(`${sending.kind} ${name}`, Date.now() - from)
    if (isGood || name === 'cut') return
    const isWrite = method !== 'GET'
    const failed = { from, to: Date.now(), isWrite, needsDatabase: sending.needsDatabase ?? false }
    const hasLostAnswer = sending.path.includes(`X')`) && isWrite
    if (hasLostAnswer || troubles.explain(failed, outcome.status)) return
    const at = new Date(from).toISOString().slice(11, 23)
    const text = outcome.body.slice(0, 200)
    this.#parts.findings.add(
      `a call failed for no reason: ${sending.kind} ${name}`,
      `${at} ${text}`
    )
  }

  /** A name that nothing else has. */
  newId(): string {
    return `F${(++this.#number).toString(36).toUpperCase().padStart(8, '0')}`
  }

  create(user: User, random: Random): Sending {
    // the first change of one of these is made, and not answered
    const id = this.newId() + (random.chance(0.03) ? 'X' : '')
    const acknowledged = this.#parts.ledger.ask('create', id, user)
    const body = { id, name: 'Pump', plant: user.plant, category: 'M' }
    const acknowledge = () => {
      acknowledged()
      this.#equipment.push({ id, user })
    }
    return { kind: 'create', method: 'POST', path: `${MAINTENANCE}/Equipment`, body, acknowledge }
  }

  rename(random: Random): Sending | undefined {
    const found = this.#equipment[random.below(this.#equipment.length)]
    if (!found || found.id.endsWith('X')) return undefined
    return this.#change(found, {
      kind: 'rename',
      method: 'PATCH',
      path: '',
      body: { name: 'Renamed' }
    })
  }

  /** Plans a change, once for a piece of equipment: a later plan would replace the former one. */
  plan(random: Random): Sending | undefined {
    if (!this.#equipment.length) return undefined
    const [found] = this.#equipment.splice(random.below(this.#equipment.length), 1)
    if (!found) return undefined
    const path = '/MaintenanceService.planForTonight'
    const body = { name: 'As planned', after: `${String(random.between(1, 5))}s` }
    return this.#change(found, { kind: 'plan', method: 'POST', path, body, needsDatabase: true })
  }

  #change({ id, user }: Equipment, sending: Sending): Sending {
    const acknowledge = this.#parts.ledger.ask('change', id, user)
    const path = `${MAINTENANCE}/Equipment('${id}')${sending.path}`
    return { ...sending, user, path, acknowledge }
  }

  leaveMarker(action: 'exchange' | 'technical', user: User): Sending {
    const marker = this.newId()
    const acknowledge = this.#parts.ledger.ask('internet', marker, user, action === 'technical')
    return {
      kind: action,
      method: 'POST',
      path: `${FLEET}/${action}`,
      body: { marker },
      acknowledge
    }
  }

  note(random: Random): Sending | undefined {
    const found = this.#equipment[random.below(this.#equipment.length)]
    if (!found) return undefined
    const { id: equipment, user } = found
    const ID = randomUUID()
    const body = { ID, equipment, plant: user.plant, text: 'Seen' }
    const acknowledge = () => this.notes.push(ID)
    const sending = { kind: 'note', method: 'POST', path: `${MAINTENANCE}/WorkNotes`, body }
    return { ...sending, user, acknowledge, needsDatabase: true }
  }

  async #token(user: User): Promise<string> {
    const known = this.#tokens.get(user)
    if (known && known.until > Date.now()) return known.token
    const { name, tenant } = user
    const token = await this.#parts.emulator.issueToken({ user: name, ...(tenant && { tenant }) })
    this.#tokens.set(user, { token, until: Date.now() + TOKEN_TIME })
    return token
  }

  #count(name: string, milliseconds: number): void {
    const count = this.counts.get(name) ?? { number: 0, milliseconds: 0 }
    this.counts.set(name, count)
    count.number++
    count.milliseconds += milliseconds
  }
}

/** Kinds of calls, with their shares. */
const KINDS: readonly {
  readonly weight: number
  readonly make: (load: Load, user: User, random: Random) => Sending | undefined
}[] = [
  { weight: 20, make: () => ({ kind: 'list', path: `${MAINTENANCE}/Equipment?$top=5` }) },
  {
    weight: 10,
    make: () => ({ kind: 'places', path: `${MAINTENANCE}/FunctionalLocations?$top=3` })
  },
  { weight: 10, make: () => ({ kind: 'look', path: `${FLEET}/look()` }) },
  { weight: 5, make: () => ({ kind: 'system', path: `${FLEET}/system()` }) },
  { weight: 15, make: (load, user, random) => load.create(user, random) },
  { weight: 12, make: (load, _, random) => load.rename(random) },
  { weight: 8, make: (load, _, random) => load.plan(random) },
  { weight: 10, make: (load, user) => load.leaveMarker('exchange', user) },
  { weight: 5, make: (load, user) => load.leaveMarker('technical', user) },
  { weight: 5, make: (load, _, random) => load.note(random) }
]

const failure = ({ status, code }: Outcome) => [status || 'no answer', code].join(' ').trim()

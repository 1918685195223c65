import { randomUUID } from 'node:crypto'

import type { Findings } from './checks/findings.js'
import type { Ledger } from './checks/ledger.js'
import type { Troubles } from './faults/troubles.js'
import { call, isGood, isWithoutInstance, type Outcome } from './http.js'
import { type User, USERS } from './landscape.js'
import type { Random } from './random.js'
import type { Tokens } from './tokens.js'

/** Calls under way at the same time. */
const CLIENTS = 12

/** Number of calls with one outcome, and the milliseconds that they took in all. */
export interface Count {
  number: number
  milliseconds: number
}

/** Parts that the load needs. */
export interface LoadParts {
  readonly url: string
  readonly tokens: Tokens
  readonly ledger: Ledger
  readonly troubles: Troubles
  readonly findings: Findings
  /** Returns lines of the logs with a text. */
  readonly logged: (text: string) => Promise<string[]>
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
  readonly user: User
  readonly method: 'GET' | 'POST' | 'PATCH'
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
  readonly #underWay = new Set<Promise<void>>()
  /** Equipment that S/4 has acknowledged, and for which nothing is planned. */
  readonly #equipment: Equipment[] = []
  #number = 0

  constructor(parts: LoadParts) {
    this.#parts = parts
  }

  /** Sends calls until there were enough, and the last one is answered. */
  async run(isOver: () => boolean): Promise<void> {
    const client = async (random: Random) => {
      while (!isOver()) await this.#sendAny(random)
    }
    const clients = Array.from({ length: CLIENTS }, () => client(this.#parts.random.fork()))
    await Promise.all(clients)
  }

  /** Sends calls of all kinds that use the shared cache, as all users. @param url - of the proxy, or of one instance */
  async sendEach(url: string): Promise<void> {
    const { random } = this.#parts
    const left = USERS.flatMap((user) =>
      KINDS.flatMap(({ make, isOfCache }) => (isOfCache ? [() => make(this, user, random)] : []))
    )
    const client = async () => {
      for (let next = left.pop(); next; next = left.pop()) {
        const sending = next()
        if (sending) await this.#send(url, sending)
      }
    }
    await Promise.all(Array.from({ length: CLIENTS / 2 }, client))
  }

  /** Waits until the calls that are under way now have ended. */
  async untilAnswered(): Promise<void> {
    await Promise.all(this.#underWay)
  }

  async #sendAny(random: Random): Promise<void> {
    const user = random.pick(USERS)
    const sending = random.weighted(KINDS).make(this, user, random)
    const cutAfter = random.chance(0.01) ? random.between(1, 200) : undefined
    if (sending) await this.#send(this.#parts.url, sending, cutAfter)
  }

  async #send(url: string, sending: Sending, cutAfter?: number): Promise<void> {
    this.calls++
    const sent = this.#execute(url, sending, cutAfter)
    this.#underWay.add(sent)
    await sent
    this.#underWay.delete(sent)
  }

  async #execute(url: string, sending: Sending, cutAfter?: number): Promise<void> {
    const token = await this.#parts.tokens.of(sending.user)
    const from = Date.now()
    const { method, body } = sending
    const id = randomUUID()
    const outcome = await call(url + sending.path, { method, token, body, cutAfter, id })
    const isCut = cutAfter !== undefined && !outcome.status
    if (isGood(outcome)) sending.acknowledge?.()
    const name = isGood(outcome) ? 'good' : isCut ? 'cut' : failure(outcome)
    const to = Date.now()
    this.#count(`${sending.kind} ${name}`, to - from)
    if (isGood(outcome) || isCut) return
    const logged = await this.#parts.logged(id)
    this.#failed(sending, name, outcome, { from, to, logged })
  }

  #failed(sending: Sending, name: string, outcome: Outcome, { from, to, logged }: Failure): void {
    const { kind, method, path, needsDatabase = false } = sending
    const isWrite = method !== 'GET'
    if (path.includes(`X')`) && isWrite) return // its answer is lost
    const failed = {
      from,
      to,
      isWrite,
      needsDatabase,
      isWithoutInstance: isWithoutInstance(outcome)
    }
    const { troubles, findings } = this.#parts
    troubles.add({ ...failed, status: outcome.status }, () => {
      const at = new Date(from).toISOString().slice(11, 23)
      const lines = logged.slice(-3).map((line) => line.slice(0, 600))
      const first = `${at} ${String(to - from)} ms ${outcome.body.slice(0, 200)}`
      const example = [first, ...lines].join('\n      ')
      findings.add(`a call failed for no reason: ${kind} ${name}`, example)
    })
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
    const path = `${MAINTENANCE}/Equipment`
    return { kind: 'create', user, method: 'POST', path, body, acknowledge }
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

  #change({ id, user }: Equipment, sending: Omit<Sending, 'user'>): Sending {
    const acknowledge = this.#parts.ledger.ask('change', id, user)
    const path = `${MAINTENANCE}/Equipment('${id}')${sending.path}`
    return { ...sending, user, path, acknowledge }
  }

  leaveMarker(action: 'exchange' | 'technical', user: User): Sending {
    const marker = this.newId()
    const acknowledge = this.#parts.ledger.ask('internet', marker, user, action === 'technical')
    const path = `${FLEET}/${action}`
    return { kind: action, user, method: 'POST', path, body: { marker }, acknowledge }
  }

  note(random: Random): Sending | undefined {
    const found = this.#equipment[random.below(this.#equipment.length)]
    if (!found) return undefined
    const { id: equipment, user } = found
    const ID = randomUUID()
    const body = { ID, equipment, plant: user.plant, text: 'Seen' }
    const acknowledge = () => this.notes.push(ID)
    const path = `${MAINTENANCE}/WorkNotes`
    return { kind: 'note', user, method: 'POST', path, body, acknowledge, needsDatabase: true }
  }

  #count(name: string, milliseconds: number): void {
    const count = this.counts.get(name) ?? { number: 0, milliseconds: 0 }
    this.counts.set(name, count)
    count.number++
    count.milliseconds += milliseconds
  }
}

/** When a call has failed, and what the instance has logged about it. */
interface Failure {
  readonly from: number
  readonly to: number
  readonly logged: readonly string[]
}

interface Kind {
  /** Share of the calls. */
  readonly weight: number
  /** True if each instance needs something for it that the shared cache has. */
  readonly isOfCache?: true
  readonly make: (load: Load, user: User, random: Random) => Sending | undefined
}

const read = (kind: string, path: string, weight: number): Kind => {
  return { weight, isOfCache: true, make: (_, user) => ({ kind, user, method: 'GET', path }) }
}

const KINDS: readonly Kind[] = [
  read('list', `${MAINTENANCE}/Equipment?$top=5`, 20),
  read('places', `${MAINTENANCE}/FunctionalLocations?$top=3`, 10),
  read('look', `${FLEET}/look()`, 10),
  read('system', `${FLEET}/system()`, 5),
  { weight: 15, isOfCache: true, make: (load, user, random) => load.create(user, random) },
  { weight: 12, make: (load, _, random) => load.rename(random) },
  { weight: 8, make: (load, _, random) => load.plan(random) },
  { weight: 10, isOfCache: true, make: (load, user) => load.leaveMarker('exchange', user) },
  { weight: 5, isOfCache: true, make: (load, user) => load.leaveMarker('technical', user) },
  { weight: 5, make: (load, _, random) => load.note(random) }
]

const failure = ({ status, code }: Outcome) => [status || 'no answer', code].join(' ').trim()

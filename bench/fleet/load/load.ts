import { randomUUID } from 'node:crypto'

import { batchOf, outcomesIn } from './batch.js'
import type { Findings } from '../checks/findings.js'
import type { Ledger } from '../checks/ledger.js'
import type { Troubles } from '../faults/troubles.js'
import { call, isGood, isLate, isWithoutInstance, type Outcome } from '../http.js'
import { KINDS } from './kinds.js'
import { type User, USERS } from '../servers/landscape.js'
import type { Random } from '../random.js'
import {
  EQUIPMENT,
  FLEET,
  FOR_INTERNET,
  FOR_NONE,
  FOR_S4,
  MAINTENANCE,
  PLACES,
  PLANNED,
  type Sending
} from './sending.js'
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

/** Calls in a `$batch`. */
const PARTS = 20

/** Code of an error for a token that no key at hand can verify. */
const UNKNOWN_KEY = 'ERR_TOKEN_SIGNATURE'

const LOOK = `${FLEET}/look()`

const pathOf = ({ id }: Equipment) => `${MAINTENANCE}/Equipment('${id}')`

/** Clients that send all kinds of calls as all users. */
export class Load {
  /** Calls by kind and outcome. */
  readonly counts = new Map<string, Count>()
  /** Calls of a service, each in a request of its own or in a `$batch`. */
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
    this.calls += sending.parts?.length ?? 1
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
    const to = Date.now()
    const parts = sending.parts ?? [sending]
    const outcomes = sending.parts && isGood(outcome) ? outcomesIn(outcome) : undefined
    for (const [i, part] of parts.entries()) {
      const own = outcomes ? outcomes[i] : outcome
      // a batch that fails as a whole has not come to its parts
      const judged = outcomes || !sending.parts ? part : { ...part, needs: FOR_NONE }
      if (own) await this.#judge(judged, own, { from, to, id, isCut })
      else this.#parts.findings.add('a call in a $batch has no response', `${part.kind} ${id}`)
    }
  }

  async #judge(
    sending: Sending,
    outcome: Outcome,
    { from, to, id, isCut }: { from: number; to: number; id: string; isCut: boolean }
  ): Promise<void> {
    if (isGood(outcome)) sending.acknowledge?.()
    const name = isGood(outcome) ? 'good' : isCut ? 'cut' : failure(outcome)
    this.#count(`${sending.kind} ${name}`, to - from)
    if (isGood(outcome) || isCut) return
    const logged = await this.#parts.logged(id)
    this.#failed(sending, name, outcome, { from, to, logged })
  }

  #failed(sending: Sending, name: string, outcome: Outcome, { from, to, logged }: Failure): void {
    const { kind, method, needsDatabase = false, needs = FOR_S4 } = sending
    // nginx repeats neither at another instance
    const isWrite = method !== 'GET' || kind.startsWith('$batch')
    const failed = {
      from,
      to,
      isWrite,
      needsDatabase,
      needs,
      isWithoutInstance: isWithoutInstance(outcome),
      isLate: isLate(outcome),
      hasUnknownKey: [outcome.body, ...logged].some((text) => text.includes(UNKNOWN_KEY))
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

  create(user: User, random: Random, mayBeLost = true): Sending {
    // the first change of one of these is made, and not answered
    const id = this.newId() + (mayBeLost && random.chance(0.03) ? 'X' : '')
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
    const name = `Renamed ${this.newId()}`
    const acknowledge = this.#parts.ledger.ask('rename', `${found.id} ${name}`, found.user)
    const sending = { kind: 'rename', method: 'PATCH', body: { name }, acknowledge } as const
    return { ...sending, user: found.user, path: pathOf(found) }
  }

  /** Plans a change, once for a piece of equipment: the ledger knows plans by it. */
  plan(random: Random): Sending | undefined {
    if (!this.#equipment.length) return undefined
    const [found] = this.#equipment.splice(random.below(this.#equipment.length), 1)
    if (!found) return undefined
    const { id, user } = found
    const acknowledge = this.#parts.ledger.ask('plan', id, user)
    const path = `${pathOf(found)}/MaintenanceService.planForTonight`
    const body = { name: PLANNED, after: `${String(random.between(1, 5))}s` }
    return { kind: 'plan', user, method: 'POST', path, body, acknowledge, needsDatabase: true }
  }

  /** Reads lists and creates, as a page of a user interface does. */
  batch(user: User, random: Random): Sending {
    return this.#batch(user, MAINTENANCE, () =>
      random.chance(0.1)
        ? { ...this.create(user, random, false), kind: '$batch-create' }
        : { kind: '$batch-list', user, method: 'GET', path: random.pick([EQUIPMENT, PLACES]) }
    )
  }

  /** Leaves markers, and looks at the system on the internet. */
  batchOfMarkers(user: User, random: Random): Sending {
    return this.#batch(user, FLEET, () =>
      random.chance(0.5)
        ? { ...this.leaveMarker('exchange', user), kind: '$batch-exchange' }
        : { kind: '$batch-look', user, method: 'GET', path: LOOK, needs: FOR_INTERNET }
    )
  }

  #batch(user: User, service: string, next: () => Sending): Sending {
    const parts = Array.from({ length: PARTS }, next)
    const path = `${service}/$batch`
    return { kind: '$batch', user, method: 'POST', path, body: batchOf(parts, service), parts }
  }

  leaveMarker(action: 'exchange' | 'technical', user: User): Sending {
    const marker = this.newId()
    const acknowledge = this.#parts.ledger.ask('internet', marker, user, action === 'technical')
    const path = `${FLEET}/${action}`
    const body = { marker }
    return { kind: action, user, method: 'POST', path, body, acknowledge, needs: FOR_INTERNET }
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

const failure = ({ status, code }: Outcome) => [status || 'no answer', code].join(' ').trim()

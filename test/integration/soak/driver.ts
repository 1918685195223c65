import { setTimeout as pause } from 'node:timers/promises'

import { type Client, client } from '../../support/client.js'
import { claimsOf } from '../../../emulator/test/support/http.js'
import { type Call, type Caller, type Request, serviceName, type Wave } from './call.js'
import { QUEUES, type SoakLandscape } from './landscape.js'
import { markerOf } from './marker.js'

type Queue = (typeof QUEUES)[number]

/** A call with its name. */
export interface MarkedCall {
  readonly marker: string
  readonly call: Call
  readonly request: Request
  /** Meanwhile the services of the platform failed. */
  readonly outage: boolean
}

/** What the application says has come of a call. */
export interface Outcome {
  readonly code: string
  readonly answer?: string
}

/** Milliseconds after which what an application does not tell will never be told. */
const PATIENCE = 60_000

/** Seconds that a token lives that will be over when it is used. */
const SHORT_LIFE = 1

/** Sends the requests of a wave, all at once. */
export class Driver {
  readonly #landscape: SoakLandscape
  #calls = 0

  constructor(landscape: SoakLandscape) {
    this.#landscape = landscape
  }

  /** @returns when everything is over but what is queued: calls, and what the application says came of them */
  async send({ requests, outage }: Wave): Promise<Map<MarkedCall, Outcome | undefined>> {
    const { apps } = this.#landscape
    const users = new Users(this.#landscape)
    try {
      await users.greet(requests)
      const { xsuaa, destination } = this.#landscape
      if (outage) {
        xsuaa.fail(['error', 'slow', 'reset'])
        destination.fail(['error', 'reset', 'slow', 'error', 'reset'])
      }
      const marked = requests.map((request) => this.#mark(request, outage))
      await Promise.all(inBatches(requests, marked).map((some) => this.#post(users, some)))
      const outcomes = new Map<MarkedCall, Outcome | undefined>()
      for (const queue of QUEUES) {
        const own = marked.flat().filter(({ request }) => request.queue === queue)
        const reader = await users.reader(apps[queue].url)
        const found = await collect(
          reader,
          own.map(({ marker }) => marker)
        )
        for (const each of own) outcomes.set(each, found[each.marker])
      }
      xsuaa.fail([])
      destination.fail([])
      return outcomes
    } finally {
      users.close()
    }
  }

  /** What the application's process holds. */
  async state(queue: Queue): Promise<State> {
    const users = new Users(this.#landscape)
    const reader = await users.reader(this.#landscape.apps[queue].url)
    const { body } = await reader.post('/odata/v4/soak/state')
    users.close()
    return JSON.parse(body.value as unknown as string) as State
  }

  #mark(request: Request, outage: boolean): MarkedCall[] {
    return request.calls.map((call) => ({
      marker: markerOf(++this.#calls, call.fault),
      call,
      request,
      outage
    }))
  }

  async #post(users: Users, some: MarkedCall[][]): Promise<void> {
    const [first] = some[0] ?? []
    if (!first) return
    const { request } = first
    const { one, end } = await users.as(request)
    const bodies = some.map((calls) => ({ work: JSON.stringify(this.#work(calls, end)) }))
    if (bodies.length === 1) {
      const { status, body } = await one.post('/odata/v4/soak/perform', bodies[0])
      if (status !== 204) throw new Error(`${String(status)}: ${JSON.stringify(body)}`)
      return
    }
    const headers = { 'content-type': 'application/json' }
    const requests = bodies.map((body, i) => ({
      id: String(i),
      method: 'POST',
      url: 'perform',
      headers,
      body
    }))
    const { status, body } = await one.post('/odata/v4/soak/$batch', { requests })
    const responses = (body['responses'] ?? []) as { status: number }[]
    if (status !== 200 || responses.some((each) => each.status !== 204)) {
      throw new Error(`$batch: ${String(status)}: ${JSON.stringify(body)}`)
    }
  }

  #work(calls: MarkedCall[], end: number) {
    const { place, parallel, other } = calls[0]!.request
    return {
      place,
      parallel,
      other: `${other.user ?? ''}@${this.#landscape.idOf(other.tenant)}`,
      until: end * 1000 + 50,
      calls: calls.map(({ marker, call }) => {
        const { kind, policy, destination, op, fault } = call
        const short = fault === 'silent'
        if (kind !== 'execute')
          return { marker, kind, op, target: serviceName(kind, policy, destination, short) }
        const options = {
          ...(policy !== 'unset' && { onBehalfOf: policy }),
          ...(short && { timeout: 1500 })
        }
        return { marker, kind, op, target: destination, options }
      })
    }
  }
}

/** What an application holds at some moment. */
export interface State {
  readonly heap: number
  readonly resources: Record<string, number>
  readonly told: Record<string, number>
  readonly outcomes: number
  readonly messages: { attempts: number; lastError: string | null; msg: string }[]
}

/** Requests of the same user in the same kind of place are sent as one $batch. */
function inBatches(requests: readonly Request[], marked: MarkedCall[][]): MarkedCall[][][] {
  const batches = new Map<string, MarkedCall[][]>()
  for (const [i, { caller, place, queue }] of requests.entries()) {
    const key = JSON.stringify([caller.user, caller.tenant, place === 'late', queue])
    const own = batches.get(key) ?? []
    batches.set(key, [...own, marked[i]!])
  }
  return [...batches.values()]
}

async function collect(reader: Client, markers: string[]): Promise<Record<string, Outcome>> {
  const end = performance.now() + PATIENCE
  for (;;) {
    const { body } = await reader.post('/odata/v4/soak/collect', {
      markers: JSON.stringify(markers)
    })
    const found = JSON.parse(body.value as unknown as string) as Record<string, Outcome>
    if (Object.keys(found).length === markers.length || performance.now() > end) return found
    await pause(50)
  }
}

/** Clients with tokens of this wave. */
class Users {
  readonly #landscape: SoakLandscape
  readonly #tokens = new Map<string, Promise<string>>()
  readonly #clients = new Map<string, Client>()

  constructor(landscape: SoakLandscape) {
    this.#landscape = landscape
  }

  /** Whose transactions others will use must have been there before. */
  async greet(requests: readonly Request[]): Promise<void> {
    const work = JSON.stringify({ place: 'hello', calls: [], parallel: false })
    const others = requests.filter(({ place }) => place === 'other' || place === 'foreign')
    await Promise.all(
      others.map(async ({ other, queue }) => {
        const { one } = await this.as({ caller: other, queue, place: 'request' })
        const { status } = await one.post('/odata/v4/soak/perform', { work })
        if (status !== 204) throw new Error(`hello: ${String(status)}`)
      })
    )
  }

  async as({ caller, queue, place }: Pick<Request, 'caller' | 'queue' | 'place'>) {
    const short = place === 'late'
    const token = await this.#token(caller, short)
    const key = JSON.stringify([token, queue])
    const one = this.#clients.get(key) ?? this.#client(this.#landscape.apps[queue].url, token)
    this.#clients.set(key, one)
    const { exp } = claimsOf(token) as { exp: number }
    return { one, end: exp }
  }

  async reader(url: string): Promise<Client> {
    const token = await this.#token({ user: undefined, tenant: 'provider' }, false)
    return this.#client(url, token)
  }

  close(): void {
    for (const each of this.#clients.values()) each.close()
  }

  #client(url: string, token: string): Client {
    const one = client(url, `Bearer ${token}`)
    this.#clients.set(`${url} ${token}`, one)
    return one
  }

  #token({ user, tenant }: Caller, short: boolean): Promise<string> {
    const key = JSON.stringify([user, tenant, short])
    const issued =
      this.#tokens.get(key) ??
      this.#landscape.emulator.issueToken({
        ...(user && { user }),
        tenant: this.#landscape.idOf(tenant),
        ...(short && { expiresIn: SHORT_LIFE })
      })
    this.#tokens.set(key, issued)
    return issued
  }
}

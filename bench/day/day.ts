import { setTimeout as delay } from 'node:timers/promises'

import { trust } from '../../test/unit/destination/support/landscape.js'
import { DayClock } from './clock.js'
import { HourlyCounts } from './counts.js'
import { Instance, type SharedCache } from './instance.js'
import { type DayEvent, eventsOf, type Population, type Visit } from './load.js'
import { Platform } from './platform.js'

/** Any day in the future: tokens and certificates are made for it. */
const MIDNIGHT = Date.UTC(2035, 0, 8)

/** Minutes for which tokens of users are valid, by tenant. */
const VALIDITIES = [10, 20, 30, 60]

/** Milliseconds before its end from which on a router replaces the token of a user. */
const REFRESH = 5 * 60_000

/** A simulated day. */
export interface Day {
  readonly counts: HourlyCounts
  readonly requests: number
  /** Times at which an instance was without the shared cache; then the day stands still until it is back. */
  readonly outages: number
}

/** Simulates a day: instances and the platform's services are real, the time and the users are not. */
export async function simulateDay(
  population: Population,
  seed: number,
  cache: SharedCache
): Promise<Day> {
  const clock = new DayClock(MIDNIGHT)
  const counts = new HourlyCounts(MIDNIGHT)
  const platform = await Platform.start((kind) => {
    counts.add(kind, clock.now())
  })
  trust(platform.ca)
  const uninstall = clock.install()
  const restoreFetch = platform.replaceFetch()
  const simulation = new Simulation(platform, cache)
  try {
    await simulation.start(population.instances)
    for (const events of Map.groupBy(eventsOf(population, seed), ({ at }) => at).values()) {
      clock.setForward(MIDNIGHT + (events[0]?.at ?? 0))
      await simulation.happen(events)
    }
    const { requests, outages } = simulation
    return { counts, requests, outages }
  } finally {
    simulation.stop()
    restoreFetch()
    uninstall()
    await platform.stop()
  }
}

/** The instances, and the sessions of all users. */
class Simulation {
  requests = 0
  outages = 0
  readonly #platform: Platform
  readonly #bindings: Platform['bindings']
  readonly #cache: SharedCache
  readonly #instances: Instance[] = []
  readonly #sessions = new Map<string, { readonly token: string; readonly ends: number }>()

  constructor(platform: Platform, cache: SharedCache) {
    this.#platform = platform
    this.#bindings = platform.bindings
    this.#cache = cache
    const bound = Object.entries(this.#bindings).map(([label, credentials]) => [
      label,
      [{ label, name: label, tags: [label], credentials }]
    ])
    process.env['VCAP_SERVICES'] = JSON.stringify(Object.fromEntries(bound))
  }

  async start(instances: number): Promise<void> {
    for (let i = 0; i < instances; i++) this.#instances.push(await this.#newInstance())
  }

  /** Lets everything happen at once that has the same time, and waits until nothing is under way any more. */
  async happen(events: readonly DayEvent[]): Promise<void> {
    for (const event of events) if (event.kind === 'restart') await this.#restart(event.instance)
    await Promise.all(events.map((event) => event.kind === 'visit' && this.#visit(event)))
    await this.#platform.settled()
    for (const instance of this.#instances) {
      await instance.settled()
      if (instance.isConnected) continue
      this.outages++
      while (!instance.isConnected) await delay(10)
    }
  }

  async #restart(instance: number): Promise<void> {
    const former = this.#instances[instance]
    this.#instances[instance] = await this.#newInstance()
    former?.stop()
  }

  /** Sends the requests of a page. */
  async #visit({ tenant, user, instances }: Visit): Promise<void> {
    const token = this.#token(tenant, user)
    await Promise.all(instances.map((i) => this.#instances[i]?.request(token)))
    this.requests += instances.length
  }

  stop(): void {
    for (const instance of this.#instances) instance.stop()
  }

  #newInstance(): Promise<Instance> {
    return Instance.start(this.#bindings.xsuaa, this.#cache)
  }

  #token(tenant: number, user: number): string {
    const session = `${String(tenant)} ${String(user)}`
    const kept = this.#sessions.get(session)
    if (kept && kept.ends - Date.now() > REFRESH) return kept.token
    const seconds = 60 * (VALIDITIES[tenant % VALIDITIES.length] ?? 0)
    const name = `user-${String(user)}@example.com`
    const token = this.#platform.userToken(name, `tenant-${String(tenant)}`, seconds)
    this.#sessions.set(session, { token, ends: Date.now() + 1000 * seconds })
    return token
  }
}

import { setTimeout as delay } from 'node:timers/promises'

import { trust } from '../../test/unit/destination/support/landscape.js'
import { DayClock } from './clock.js'
import { HourlyCounts } from './counts.js'
import { Instance, type SharedCache } from './instance.js'
import { eventsOf, type Population, type Visit } from './load.js'
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
  const fetches = watchFetches()
  const simulation = new Simulation(platform, cache, fetches.settled)
  try {
    await simulation.start(population.instances)
    for (const event of eventsOf(population, seed)) {
      clock.setForward(MIDNIGHT + event.at)
      if (event.kind === 'restart') await simulation.restart(event.instance)
      else await simulation.visit(event)
    }
    const { requests, outages } = simulation
    return { counts, requests, outages }
  } finally {
    simulation.stop()
    fetches.unwatch()
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
  readonly #fetched: () => Promise<void>
  readonly #instances: Instance[] = []
  readonly #sessions = new Map<string, { readonly token: string; readonly ends: number }>()

  /** @param fetched - resolves when no instance waits for the platform */
  constructor(platform: Platform, cache: SharedCache, fetched: () => Promise<void>) {
    this.#platform = platform
    this.#bindings = platform.bindings
    this.#cache = cache
    this.#fetched = fetched
    const bound = Object.entries(this.#bindings).map(([label, credentials]) => [
      label,
      [{ label, name: label, tags: [label], credentials }]
    ])
    process.env['VCAP_SERVICES'] = JSON.stringify(Object.fromEntries(bound))
  }

  async start(instances: number): Promise<void> {
    for (let i = 0; i < instances; i++) this.#instances.push(await this.#newInstance())
  }

  async restart(instance: number): Promise<void> {
    const former = this.#instances[instance]
    this.#instances[instance] = await this.#newInstance()
    former?.stop()
  }

  /** Sends the requests of a page, and waits until nothing is under way any more. */
  async visit({ tenant, user, instances }: Visit): Promise<void> {
    const token = this.#token(tenant, user)
    await Promise.all(instances.map((i) => this.#instances[i]?.request(token)))
    this.requests += instances.length
    await this.#fetched()
    for (const instance of this.#instances) {
      await instance.settled()
      if (instance.isConnected) continue
      this.outages++
      while (!instance.isConnected) await delay(10)
    }
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

/** Watches the requests that instances do not wait for, such as for keys that are refreshed in the background. */
function watchFetches() {
  const { fetch: own } = globalThis
  const open = new Set<Promise<unknown>>()
  globalThis.fetch = (...args) => {
    const answer = own(...args)
    const done = answer.catch(() => undefined).finally(() => open.delete(done))
    open.add(done)
    return answer
  }
  return {
    settled: async () => {
      while (open.size) await Promise.all(open)
    },
    unwatch: () => {
      globalThis.fetch = own
    }
  }
}

import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { addressOf, type RedisCredentials } from '../../../src/fleet/address.js'
import { newClient } from '../../../src/fleet/connection.js'
import { FleetCache } from '../../../src/fleet/fleet-cache.js'
import { RedisStore } from '../../../src/fleet/redis-store.js'
import { Sealing } from '../../../src/fleet/sealing.js'
import type { SharedResult } from '../../../src/lib/sharing/shared-cache.js'

export const SECRET = randomBytes(32).toString('base64')

/** The cache of one instance, with a connection of its own. */
export interface Instance {
  readonly cache: FleetCache
  readonly store: RedisStore
}

export async function startInstance(
  redis: RedisCredentials,
  { secret = SECRET, userTokens = true } = {}
): Promise<Instance> {
  const address = addressOf(redis)
  const store = new RedisStore((attempt) => newClient(address, attempt))
  await store.start()
  return { store, cache: new FleetCache(store, new Sealing([secret]), userTokens) }
}

export const result = (
  name: string,
  more: Partial<SharedResult<string>> = {}
): SharedResult<string> => ({
  kind: 'service-tokens',
  tenant: 'tenant-1',
  key: ['xsuaa', name],
  ...more
})

/**
 * Starts an instance that has Redis at once, which a busy machine may prevent: the others have said already that it is away, and do not
 * say it again when the test makes it so.
 */
export async function startConnected(start: () => Promise<Instance>): Promise<Instance> {
  for (;;) {
    const instance = await start()
    if (instance.store.isUp) return instance
    instance.cache.end()
    await delay(50)
  }
}

/** Waits until all instances have Redis: on a busy machine, also the first trial may get its answer too late, and the next is later. */
export async function untilUp(...instances: readonly Instance[]): Promise<void> {
  while (!instances.every(({ store }) => store.isUp)) await delay(50)
}

/**
 * Does something while all instances have Redis, which takes longer than 50 ms for an answer on a busy machine: then it is done once
 * more.
 *
 * @param work - the attempt makes the names of results
 */
export async function whileUp<T>(
  instances: readonly Instance[],
  work: (attempt: number) => Promise<T>
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    await untilUp(...instances)
    const areUp = () => instances.every(({ store }) => store.isUp)
    let wereUp = true
    // it is away for a second at least, and the log says so once in a while only
    const watch = setInterval(() => (wereUp &&= areUp()), 50)
    const done = await work(attempt).finally(() => {
      clearInterval(watch)
    })
    if (wereUp && areUp()) return done
  }
}

/** Fetches and counts. */
export function source(milliseconds = 0, lifetime = 60_000) {
  const source = {
    calls: 0,
    fetch: async () => {
      source.calls++
      await new Promise((done) => setTimeout(done, milliseconds))
      return { value: `token-${source.calls}`, lifetime }
    }
  }
  return source
}

import type { LRUCache } from 'lru-cache'

import { boundedCache } from './telemetry/bounded-cache.js'
import type { LimitName } from './telemetry/limits.js'
import { type CountedCache, countLookup, isCounted } from './telemetry/metrics.js'

/** Result, and the time for which it may be used. */
export interface Lasting<T> {
  readonly value: T
  /** Milliseconds for which the result is cached; 0 or less: it is used this once. */
  readonly lifetime: number
}

/**
 * Parts that a result depends on. They are compared one by one and never joined, so different keys
 * are never equal.
 */
export type Key = readonly (string | undefined)[]

/**
 * The cached results to ignore: none, all, or those for which the function returns true. With a
 * function, an ignored result is removed at once and never returned again.
 */
export type Bypass<T> = boolean | ((kept: T) => boolean)

/**
 * Reasons for a fetch, by rank: no result is cached, a new one is wanted, or the cached one was
 * rejected.
 */
const RANKS = { missing: 0, bypass: 1, rejected: 2 } as const

type Rank = (typeof RANKS)[keyof typeof RANKS]

interface Flight<T> {
  readonly rank: Rank
  readonly result: Promise<T>
}

/**
 * Copies an error, so that every caller that waits gets its own: CAP and handlers of an application
 * change errors that they catch.
 *
 * @internal
 */
export function copyOfError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const copy = new Error(error.message)
  Object.setPrototypeOf(copy, Object.getPrototypeOf(error) as object)
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(error))
}

/**
 * Cache of results that are fetched once for all callers that ask at the same time. A failure goes
 * to all callers that wait, and is not cached; a result that was cached before stays. The cache is
 * bounded: the least recently used result is removed first.
 *
 * @internal
 */
export class SingleFlight<T> {
  readonly #kept: LRUCache<string, Lasting<T>>
  readonly #flights = new Map<string, Flight<T>>()
  readonly #counted: CountedCache | undefined

  /**
   * @param name - in metrics
   * @param max - number of results
   * @param sizeOf - with it, `max` is the sum of the sizes of all results
   */
  constructor(name: LimitName, max: number, sizeOf?: (value: T) => number) {
    if (isCounted(name)) this.#counted = name
    this.#kept = boundedCache<string, Lasting<T>>(name, {
      ...(sizeOf
        ? { maxSize: max, sizeCalculation: ({ value }, key) => sizeOf(value) + key.length }
        : { max }),
      ttlResolution: 0 // the time is read when it is needed: anything else takes a timer
    })
  }

  /**
   * Returns the cached result, or fetches one.
   *
   * @param fetch - called if no cached result counts and no other caller is fetching one. A caller that ignores cached
   *   results does not wait for a fetch that began because none was cached, and a caller whose result was rejected waits
   *   for no fetch that began before
   * @param bypass - cached results to ignore. They stay for other callers until the new one is there; rejected ones are
   *   removed at once
   */
  async get(key: Key, fetch: () => Promise<Lasting<T>>, bypass: Bypass<T> = false): Promise<T> {
    const id = JSON.stringify(key)
    const kept = this.#kept.get(id)
    const isHit = kept !== undefined && bypass !== true && !(bypass && bypass(kept.value))
    if (this.#counted) countLookup(this.#counted, isHit)
    if (isHit) return kept.value
    if (typeof bypass === 'function') this.#kept.delete(id)
    const rank = bypass === false ? RANKS.missing : bypass === true ? RANKS.bypass : RANKS.rejected
    const flight = this.#flights.get(id)
    if (!flight || flight.rank < rank) return this.#start(id, fetch, rank).result
    try {
      return await flight.result
    } catch (error) {
      throw copyOfError(error)
    }
  }

  /**
   * Removes a result that turned out to be unusable, unless another one has replaced it already.
   */
  drop(key: Key, value: T): void {
    const id = JSON.stringify(key)
    if (this.#kept.peek(id)?.value === value) this.#kept.delete(id)
  }

  #start(id: string, fetch: () => Promise<Lasting<T>>, rank: Rank): Flight<T> {
    // what another fetch has overtaken is for those who wait for it
    const isCurrent = () => this.#flights.get(id) === flight
    const result = fetch()
      .then((fetched) => {
        if (isCurrent()) this.#keep(id, fetched)
        return fetched.value
      })
      .finally(() => {
        if (isCurrent()) this.#flights.delete(id)
      })
    const flight = { rank, result }
    this.#flights.set(id, flight)
    return flight
  }

  #keep(id: string, result: Lasting<T>): void {
    const ttl = Math.floor(result.lifetime)
    if (ttl > 0) this.#kept.set(id, result, { ttl })
    else this.#kept.delete(id)
  }
}

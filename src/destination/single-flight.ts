import { LRUCache } from 'lru-cache'

/** A result, and how long it may be used. */
export interface Lasting<T> {
  readonly value: T
  /** Milliseconds; 0 or less: this once. */
  readonly lifetime: number
}

/** What a result depends on, part by part: parts are never joined, so no two keys can look alike. */
export type Key = readonly (string | undefined)[]

/**
 * Results that are fetched once for everybody who asks at the same time, and kept for as long as they last. Failures are
 * told to all who wait, and forgotten. Bounded: what was not used for longest goes first.
 *
 * @internal
 */
export class SingleFlight<T> {
  readonly #kept: LRUCache<string, Lasting<T>>
  readonly #flights = new Map<string, Promise<T>>()

  /**
   * @param max - number of results
   * @param sizeOf - with it, `max` is the sum of the sizes of all results
   */
  constructor(max: number, sizeOf?: (value: T) => number) {
    this.#kept = new LRUCache<string, Lasting<T>>(
      sizeOf
        ? { maxSize: max, sizeCalculation: ({ value }, key) => sizeOf(value) + key.length }
        : { max }
    )
  }

  /**
   * @param fetch - called when there is no result, and nobody is fetching one
   * @param fresh - `true`: what is kept does not count, and is replaced
   */
  async get(key: Key, fetch: () => Promise<Lasting<T>>, fresh = false): Promise<T> {
    const id = JSON.stringify(key)
    if (fresh) this.#kept.delete(id)
    const kept = this.#kept.get(id)
    if (kept) return kept.value
    return this.#flights.get(id) ?? this.#start(id, fetch)
  }

  /** Forgets a result that turned out to be of no use, unless another one is there already. */
  drop(key: Key, value: T): void {
    const id = JSON.stringify(key)
    if (this.#kept.peek(id)?.value === value) this.#kept.delete(id)
  }

  #start(id: string, fetch: () => Promise<Lasting<T>>): Promise<T> {
    const flight = fetch()
      .then((result) => this.#keep(id, result))
      .finally(() => this.#flights.delete(id))
    this.#flights.set(id, flight)
    return flight
  }

  #keep(id: string, result: Lasting<T>): T {
    const ttl = Math.floor(result.lifetime)
    if (ttl > 0) this.#kept.set(id, result, { ttl })
    return result.value
  }
}

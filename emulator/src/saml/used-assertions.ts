import { LRUCache } from 'lru-cache'
import { Clock } from '../landscape/clock.js'

/** More than a developer's machine sees in the life of an assertion. */
const LIMIT = 100_000

/** Remembers assertions until they end: a bearer assertion is good for one token (RFC 7522 section 8.2). */
export class UsedAssertions {
  readonly #clock: Clock
  readonly #ids: LRUCache<string, true>

  constructor(clock = new Clock()) {
    this.#clock = clock
    this.#ids = new LRUCache({ max: LIMIT, ttlResolution: 0, perf: clock })
  }

  /**
   * @param until - milliseconds since the epoch
   * @returns whether this is the first time
   */
  use(issuer: string, id: string, until: number): boolean {
    const key = JSON.stringify([issuer, id])
    if (this.#ids.has(key)) return false
    this.#ids.set(key, true, { ttl: Math.max(until - this.#clock.now(), 1) })
    return true
  }
}

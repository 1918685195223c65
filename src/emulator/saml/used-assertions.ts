import { LRUCache } from 'lru-cache'

/** More than a developer's machine sees in the life of an assertion. */
const LIMIT = 100_000

/** Remembers assertions until they end: a bearer assertion is good for one token (RFC 7522 section 8.2). */
export class UsedAssertions {
  readonly #ids = new LRUCache<string, true>({ max: LIMIT })

  /**
   * @param until - milliseconds since the epoch
   * @returns whether this is the first time
   */
  use(issuer: string, id: string, until: number): boolean {
    const key = JSON.stringify([issuer, id])
    if (this.#ids.has(key)) return false
    this.#ids.set(key, true, { ttl: Math.max(until - Date.now(), 1) })
    return true
  }
}

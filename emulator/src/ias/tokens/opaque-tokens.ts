import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../landscape/clock.js'

/** More than a developer will ever have open; beyond it the oldest ones expire. */
const LIMIT = 10_000

/** Access tokens that say nothing themselves: only the tenant knows the token that one of them stands for. */
export class OpaqueTokens {
  readonly #tokens: LRUCache<string, string>

  constructor(clock: Clock) {
    this.#tokens = new LRUCache({ max: LIMIT, ttlResolution: 0, perf: clock })
  }

  /**
   * Returns a new opaque token that stands for a JWT.
   *
   * @param lifetime - seconds
   */
  create(jwt: string, lifetime: number): string {
    const token = randomBytes(32).toString('hex')
    this.#tokens.set(token, jwt, { ttl: lifetime * 1000 })
    return token
  }

  /** Returns the JWT that a token stands for; a token that is not known stands for itself. */
  resolve(token: string): string {
    return this.#tokens.get(token) ?? token
  }
}

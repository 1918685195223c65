import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../landscape/clock.js'
import type { Client } from '../landscape/landscape.js'
import type { Claims } from './claims.js'

/** More than a developer will ever have open; beyond it the oldest ones expire. */
const LIMIT = 10_000

/** Refresh tokens: opaque, so that none can pass for an access token, and kept in memory. */
export class RefreshTokens {
  readonly #claims: LRUCache<string, Claims>

  constructor(clock: Clock) {
    this.#claims = new LRUCache({ max: LIMIT, ttlResolution: 0, perf: clock })
  }

  /** A refresh token for the user, the client and the grant of these claims. */
  create(client: Pick<Client, 'refreshTokenValidity'>, claims: Claims): string {
    const token = `${randomBytes(24).toString('hex')}-r`
    this.#claims.set(token, claims, { ttl: client.refreshTokenValidity * 1000 })
    return token
  }

  /** The claims that the refresh token stands for, unless it has expired. */
  find(token: string): Claims | undefined {
    return this.#claims.get(token)
  }

  /**
   * Shortens the life of a refresh token.
   *
   * @param seconds - 0: it ends at once
   */
  expire(token: string, seconds: number): void {
    const claims = this.#claims.get(token)
    if (claims && seconds > 0) this.#claims.set(token, claims, { ttl: seconds * 1000 })
    else this.#claims.delete(token)
  }
}

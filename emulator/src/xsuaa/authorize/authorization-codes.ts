import { randomBytes } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Clock } from '../../landscape/clock.js'
import type { LandscapeUser } from '../../landscape/landscape-user.js'

/** RFC 6749 section 4.1.2: short-lived. UAA's codes live five minutes. */
const VALID_MS = 5 * 60_000
const LIMIT = 10_000

/** The grant that a code was issued for. */
export interface Authorization {
  clientId: string
  user: LandscapeUser
  redirectUri: string
  /** Requested scopes, with blanks between; `null`: all. */
  scope: string | null
  /** OpenID Connect Core section 3.1.2.1: a value for the id token. */
  nonce: string | null
  /** PKCE, RFC 7636. */
  challenge: { value: string; method: 'S256' | 'plain' } | undefined
}

/** Authorization codes: random, each for one use. */
export class AuthorizationCodes<Granted extends Authorization = Authorization> {
  readonly #codes: LRUCache<string, Granted>

  constructor(clock: Clock, ttl = VALID_MS) {
    this.#codes = new LRUCache({ max: LIMIT, ttl, ttlResolution: 0, perf: clock })
  }

  /** A new code. */
  create(authorization: Granted): string {
    const code = randomBytes(24).toString('base64url')
    this.#codes.set(code, authorization)
    return code
  }

  /** Returns the grant of a code, once: a code that is used again is worth nothing. */
  take(code: string): Granted | undefined {
    const authorization = this.#codes.get(code)
    this.#codes.delete(code)
    return authorization
  }
}

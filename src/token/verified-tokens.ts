import { hash } from 'node:crypto'

import type { LRUCache } from 'lru-cache'

import { boundedCache } from '../lib/telemetry/bounded-cache.js'

/** Entry that is kept for a verified token. */
export interface Kept {
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** True if the key that signed the token is still one of the issuer's. */
  readonly keyIsHeld: () => boolean
}

/** Tokens that are kept by a hash; a full cache drops those that were not used for longest. */
const MAX_TOKENS = 100_000

/** Tokens that are kept as they are as well, since comparing is cheaper than hashing. */
const MAX_HOT = 1000

/** Milliseconds between looks for tokens that have ended: nobody asks for them any more, and they would stay as long as there is room. */
const PURGE = 60_000

/** Seconds that a token is accepted after its end, as everywhere (RFC 7519, section 4.1.4). */
const LEEWAY = 60

/** A recent token as it came. */
interface Hot<T> {
  readonly bearerToken: string
  readonly kept: T
}

/**
 * Results of verified tokens. A result is good for exactly the same string, as long as the token has not expired and its
 * key is in the issuer's key set; both are asked on every use. Bounded in number; of a token that is not among the most
 * recent ones only a SHA-256 is kept.
 *
 * @internal
 */
export class VerifiedTokens<T extends Kept> {
  /** Made with the first token: room for all of them takes milliseconds of the start. */
  #byHash: LRUCache<string, T> | undefined
  readonly #hot = boundedCache<string, Hot<T>>('recent-tokens', { max: MAX_HOT })
  /** Millisecond. */
  #purgeAt = 0
  /** Token that was looked for last, with its key: it is the one that is kept next. */
  #last = { bearerToken: '', key: '' }

  /** Returns the entry of the token, if it is still valid. */
  get(bearerToken: string): T | undefined {
    const tail = tailOf(bearerToken)
    const hot = this.#hot.get(tail)
    const kept =
      hot?.bearerToken === bearerToken ? hot.kept : this.#byHash?.get(this.#keyOf(bearerToken))
    if (!kept) return undefined
    if (kept.expiresAt + LEEWAY <= Date.now() / 1000 || !kept.keyIsHeld()) {
      this.#hot.delete(tail)
      this.#byHash?.delete(this.#keyOf(bearerToken))
      return undefined
    }
    if (hot?.kept !== kept) this.#hot.set(tail, { bearerToken, kept })
    return kept
  }

  /** Keeps the result of a token that was verified just now; it becomes a recent one when it comes again. */
  set(bearerToken: string, kept: T): void {
    this.#byHash ??= boundedCache<string, T>('verified-tokens', {
      max: MAX_TOKENS,
      ttlResolution: 0,
      perf: Date
    })
    const now = Date.now()
    const ttl = Math.max((kept.expiresAt + LEEWAY) * 1000 - now, 1)
    this.#byHash.set(this.#keyOf(bearerToken), kept, { ttl })
    if (now < this.#purgeAt) return
    this.#byHash.purgeStale()
    this.#purgeAt = now + PURGE
  }

  /** Number of tokens that are kept, for tests and measurements. */
  get size(): number {
    return this.#byHash?.size ?? 0
  }

  #keyOf(bearerToken: string): string {
    if (this.#last.bearerToken !== bearerToken) {
      this.#last = { bearerToken, key: hash('sha256', bearerToken, 'base64url') }
    }
    return this.#last.key
  }
}

/** The end of the signature: short to hash, different for every token. Only finds, never decides. */
function tailOf(bearerToken: string): string {
  return bearerToken.slice(-12)
}

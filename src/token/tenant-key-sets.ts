import { LRUCache } from 'lru-cache'

import { TokenError } from '../errors.js'
import type { KeySet, VerificationKey } from './key-set.js'

/** Tenants whose keys are kept: they have sent a token with a good signature. */
const MAX_TENANTS = 10_000

/** Milliseconds without another try for tenants that are not known, after one of them had no good token. */
const COOL_DOWN = 1000

/**
 * Key sets by tenant. The tenant is chosen by whoever sends a token, so one that has not yet sent a good token gets its
 * keys looked up one at a time, and after a bad one not before the cool-down is over: forged tenants cause at most one
 * call each cool-down, leave nothing in memory, and do not concern tenants that are known.
 *
 * @internal
 */
export class TenantKeySets {
  readonly #create: (tenant: string) => KeySet
  readonly #known = new LRUCache<string, KeySet>({ max: MAX_TENANTS })
  #turn: Promise<unknown> = Promise.resolve()
  #blockedUntil = 0

  /** @param own - tenants that need no proof, such as the one that the application is subscribed in itself */
  constructor(create: (tenant: string) => KeySet, own: readonly (string | undefined)[] = []) {
    this.#create = create
    for (const tenant of own) if (tenant) this.#known.set(tenant, create(tenant))
  }

  /**
   * Verifies a token with the keys of its tenant.
   *
   * @param verify - rejects when the token is not good
   * @throws {@link TokenError} `ERR_ISSUER_UNAVAILABLE` during the cool-down, or what `verify` throws
   */
  async use<T>(tenant: string, verify: (keys: KeySet) => Promise<T>): Promise<T> {
    const known = this.#known.get(tenant)
    if (known) return verify(known)
    const attempt = this.#turn.then(() => this.#prove(tenant, verify))
    this.#turn = attempt.catch(() => undefined)
    return attempt
  }

  /**
   * Whether a key that has verified a token of the tenant is still there; for results that are kept.
   *
   * @returns a question that is cheap to ask
   */
  holder(tenant: string, key: VerificationKey): () => boolean {
    return () => this.#known.get(tenant)?.holds(key.kid, key) ?? false
  }

  async #prove<T>(tenant: string, verify: (keys: KeySet) => Promise<T>): Promise<T> {
    const known = this.#known.get(tenant)
    if (known) return verify(known)
    if (Date.now() < this.#blockedUntil) {
      const text =
        'the keys of a tenant that is not known yet are not looked up, because of bad tokens before'
      throw new TokenError('ERR_ISSUER_UNAVAILABLE', text)
    }
    try {
      const keys = this.#create(tenant)
      const result = await verify(keys)
      this.#known.set(tenant, keys)
      return result
    } catch (error) {
      this.#blockedUntil = Date.now() + COOL_DOWN
      throw error
    }
  }
}

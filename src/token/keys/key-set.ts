import { TokenError } from '../../errors.js'
import { logWarning } from '../../lib/log.js'
import { FetchError } from '../../lib/fetch-json.js'
import { NEW_TOKEN, REACH_ISSUER } from '../token-facts.js'
import { importKey, type VerificationKey } from './usable-key.js'

export type { VerificationKey }

/** Issuer of the keys, and their source. */
export interface KeySetOptions {
  /** Issuer in the configuration, for messages. */
  readonly alias: string
  /** Fetches the JWKS document, with a deadline of its own. */
  readonly load: () => Promise<unknown>
  /** Signature algorithms that the issuer may use. */
  readonly algorithms: readonly string[]
}

/** Keys this old are fetched anew in the background, ms. */
const REFRESH_AFTER = 5 * 60_000
/** Keys this old are not used any more, ms: a key that the issuer removed is refused by then. */
const MAX_AGE = 15 * 60_000
/**
 * Time between two loads for tokens with an unknown key while there are keys, ms: a key that the issuer added is accepted by then. Loads
 * for another reason do not count, so a key that was added just after a start or a refresh is accepted at once.
 */
const COOL_DOWN = 30_000
/** Milliseconds for which a failed load is remembered while there are no keys. */
const RETRY_AFTER = 5_000
/** Entries of a JWKS that are looked at. */
const MAX_KEYS = 100

/**
 * The keys of one issuer, fetched when they are needed: by one call for a burst, in the background while there are
 * usable keys. Whatever `kid` tokens name, that is the reason for a call every 30 seconds at most.
 *
 * @see RFC 7517 section 5
 * @internal
 */
export class KeySet {
  readonly #options: KeySetOptions
  #keys = new Map<string, VerificationKey>()
  /** Time at which the keys in use were requested, from which their age counts. */
  #loadedAt = -Infinity
  /** Time at which keys were requested last, successfully or not. */
  #attemptedAt = -Infinity
  /** Time at which a token with an unknown key was the reason for a load. */
  #missedAt = -Infinity
  #failure: TokenError | undefined
  #loading: Promise<void> | undefined
  #warned = ''

  constructor(options: KeySetOptions) {
    this.#options = options
  }

  /**
   * The key for a token header.
   *
   * @throws {@link TokenError} `ERR_TOKEN_SIGNATURE`: the issuer has no such key, or it is for another algorithm;
   *   `ERR_ISSUER_UNAVAILABLE`: that can't be said, as the keys can't be had.
   */
  async key(kid: string, alg: string): Promise<VerificationKey> {
    if (!this.#isUsable()) await this.#load(RETRY_AFTER)
    else if (!this.holds(kid)) await this.#loadForUnknownKey()
    if (!this.#isUsable()) throw this.#unavailable()
    const key = this.#keys.get(kid)
    if (key?.algorithms.includes(alg)) return key
    if (!key && this.#failure) throw this.#unavailable()
    const text = key ? 'is for another algorithm' : 'is not among those of the issuer'
    throw new TokenError('ERR_TOKEN_SIGNATURE', `the key with the "kid" of the token ${text}`, {
      fix: `The issuer has replaced its keys since; the emulated services do at every start. ${NEW_TOKEN}`
    })
  }

  /** Fetches the keys if there are none. @throws {@link TokenError} */
  async load(): Promise<void> {
    if (!this.#isUsable()) await this.#load(RETRY_AFTER)
    if (!this.#isUsable()) throw this.#unavailable()
  }

  /**
   * True if the keys can't be had, by the last load, or by another one where it is time for that. The keys of before may still be
   * in use.
   */
  async isDown(): Promise<boolean> {
    const isUsable = this.#isUsable()
    if (!isUsable || this.#failure) await this.#load(isUsable ? COOL_DOWN : RETRY_AFTER)
    else await this.#loading
    return this.#failure?.code === 'ERR_ISSUER_UNAVAILABLE'
  }

  /** Returns the key without waiting, if it is there and no refresh is due. */
  find(kid: string, alg: string): VerificationKey | undefined {
    const key = this.holds(kid) ? this.#keys.get(kid) : undefined
    return key?.algorithms.includes(alg) ? key : undefined
  }

  /**
   * True if the key is in the set, and the set may still be used; for tokens that were verified before. Starts a refresh
   * in the background when the set is due.
   *
   * @param key - that verified the token: another key of the same name does not count. Any, without it.
   */
  holds(kid: string, key?: VerificationKey): boolean {
    const age = Date.now() - this.#loadedAt
    if (age >= MAX_AGE) return false
    if (age >= REFRESH_AFTER) void this.#load(COOL_DOWN)
    const held = this.#keys.get(kid)
    return held !== undefined && (key ?? held) === held
  }

  #isUsable(): boolean {
    return Date.now() - this.#loadedAt < MAX_AGE
  }

  /** Joins the load that is under way, or starts one if the last is long enough ago. Never rejects. */
  #load(pause: number): Promise<void> {
    if (!this.#loading && Date.now() - this.#attemptedAt >= pause) {
      this.#loading = this.#replaceKeys().finally(() => (this.#loading = undefined))
    }
    return this.#loading ?? Promise.resolve()
  }

  /** After a failure, all loads have the same pause. */
  #loadForUnknownKey(): Promise<void> {
    if (this.#failure || this.#loading) return this.#load(COOL_DOWN)
    if (Date.now() - this.#missedAt < COOL_DOWN) return Promise.resolve()
    this.#missedAt = Date.now()
    return this.#load(0)
  }

  async #replaceKeys(): Promise<void> {
    const startedAt = Date.now()
    this.#attemptedAt = startedAt
    try {
      this.#keys = this.#imported(await this.#options.load())
      this.#loadedAt = startedAt
      this.#failure = undefined
    } catch (error) {
      this.#attemptedAt = Date.now()
      const failure = this.#failed(error)
      // Requests that need the keys report it themselves; this is for a refresh in the background.
      if (!this.#failure && this.#isUsable()) logWarning(failure.message)
      this.#failure = failure
    }
  }

  /**
   * The keys of before stay until they are too old.
   *
   * @throws {@link FetchError} when it is no key set, or an empty one
   * @throws {@link TokenError} `ERR_TOKEN_SIGNATURE` when no key in it can be used: none of them can have signed a token
   */
  #imported(document: unknown): Map<string, VerificationKey> {
    const { keys: entries } = (document ?? {}) as { keys?: unknown }
    if (!Array.isArray(entries)) throw new FetchError('unexpected', 'not a JWKS')
    const keys = new Map<string, VerificationKey>()
    const unusable = new Set<string>()
    for (const entry of entries.slice(0, MAX_KEYS)) {
      const key = importKey(entry, this.#options.algorithms)
      if (typeof key === 'string') unusable.add(key)
      else if (key && keys.has(key.kid)) unusable.add('"kid" of another key')
      else if (key) keys.set(key.kid, this.#known(key))
    }
    if (entries.length > MAX_KEYS) unusable.add(`more than ${MAX_KEYS} keys`)
    this.#warn([...unusable].join('; '))
    if (!entries.length) throw new FetchError('unexpected', 'no keys')
    if (!keys.size)
      throw new TokenError('ERR_TOKEN_SIGNATURE', 'no key of the issuer can be used', {
        fix: 'Let the issuer use RSA keys with at least 2048 bits, or keys for its configured "algorithms".'
      })
    return keys
  }

  /** Returns the same object as before for the same key. */
  #known(key: VerificationKey): VerificationKey {
    const known = this.#keys.get(key.kid)
    const same = known && known.alg === key.alg && known.keyObject.equals(key.keyObject)
    return same ? known : key
  }

  /** One warning, and another one only if the issuer publishes something else. */
  #warn(reasons: string): void {
    if (reasons && reasons !== this.#warned) {
      const text = `not all keys of issuer "${this.#options.alias}" can be used: ${reasons}`
      logWarning(text)
    }
    this.#warned = reasons
  }

  /** A refusal of the tenant stays one; anything else means that the keys can't be had. */
  #failed(error: unknown): TokenError {
    if (error instanceof TokenError) return error
    const kind = error instanceof Error ? error.name : typeof error
    const reason = error instanceof FetchError ? error.message : `unexpected ${kind}`
    const text = `the keys of issuer "${this.#options.alias}" can't be had: ${reason}`
    return new TokenError('ERR_ISSUER_UNAVAILABLE', text, { fix: REACH_ISSUER })
  }

  /** A new error each time, with the stack of the caller. */
  #unavailable(): TokenError {
    const failure = this.#failure ?? new TokenError('ERR_ISSUER_UNAVAILABLE', 'no keys')
    const { code, explanation } = failure
    const pause = this.#isUsable() ? COOL_DOWN : RETRY_AFTER
    const seconds = Math.ceil((this.#attemptedAt + pause - Date.now()) / 1000)
    return Object.assign(new TokenError(code, explanation.cause, { fix: explanation.fix }), {
      retryAfter: Math.max(seconds, 1)
    })
  }
}

import { boundedCache } from '../../lib/telemetry/bounded-cache.js'
import { leaveOut } from '../../lib/telemetry/health.js'

import { TokenError } from '../../errors.js'
import type { KeySet, VerificationKey } from './key-set.js'
import { isSubscribed } from './subscribed-tenants.js'
import { NoTurnError, type Rank, RANKS, type Sender, type TurnOptions, Turns } from './turns.js'

/** Tenants whose keys are kept: they have sent a token with a good signature. */
const MAX_TENANTS = 10_000

/** Keys by their name, which have verified a token of any tenant. */
const MAX_KEYS = 1000

/** Tenants that were looked up without a good token so far, and for how long that is remembered, ms. */
const MAX_TRIED = 300
const TRIED = 5_000

/** Tenants that had no turn, and for how long that counts when they come again, ms. */
const MAX_REFUSED = 1000
const REFUSED = 15_000

/** Milliseconds that the first unknown tenant of a process waits for the application's own keys. */
const OWN_KEYS = 500

/** Code of a token that could not be judged. */
const UNAVAILABLE = 'ERR_ISSUER_UNAVAILABLE'

/** A token whose keys are looked for, as far as it can be read without them. */
export interface KeyQuestion {
  /** Id of the key set; for issuers with one key set each, the tenant itself. */
  readonly id: string
  readonly tenant: string | undefined
  readonly kid: string
  readonly alg: string
  readonly sender: Sender
  /** True if a key that is held already has signed the token: so has the issuer, whatever the tenant. */
  readonly isSignedBy: (key: VerificationKey) => Promise<boolean>
  /** Rejects when the token is not good; else it returns the key that has signed it. */
  readonly verify: (keys: KeySet) => Promise<VerificationKey>
}

/**
 * Key sets by tenant. The tenant is chosen by whoever sends a token, so looking up the keys of one that has not yet sent a
 * good token is a matter of turns: forged tenants cause a bounded number of calls, leave nothing in memory for longer than
 * seconds, and do not concern tenants that are known. Tokens of new tenants that the issuer has provably signed, and those
 * of tenants that have subscribed here, come first; then tenants that had no turn before; each sender in turn.
 *
 * @internal
 */
export class TenantKeySets {
  readonly #create: (id: string) => KeySet
  readonly #own: readonly KeySet[]
  readonly #known = boundedCache<string, KeySet>('key-sets', { max: MAX_TENANTS })
  readonly #keys = boundedCache<string, VerificationKey>('signature-keys', { max: MAX_KEYS })
  readonly #tried = boundedCache<string, KeySet>('new-tenants', {
    max: MAX_TRIED,
    ...lasting(TRIED)
  })
  readonly #refused = boundedCache<string, true>('new-tenants', {
    max: MAX_REFUSED,
    ...lasting(REFUSED)
  })
  /** Key sets that wait for their turn or for the issuer, by rank and id. */
  readonly #asked = new Map<string, Promise<KeySet>>()
  readonly #turns: Turns
  #ownKeys: Promise<unknown> | undefined
  #sweep: NodeJS.Timeout | undefined

  /** @param own - key sets that need no proof, such as that of the tenant where the application itself is */
  constructor(
    create: (id: string) => KeySet,
    own: readonly (string | undefined)[] = [],
    turns: TurnOptions = { perSecond: 45, burst: 15 }
  ) {
    this.#create = create
    this.#turns = new Turns(turns)
    for (const id of own) if (id && !this.#known.has(id)) this.#known.set(id, create(id))
    this.#own = [...this.#known.values()]
  }

  /** Fetches the key sets that need no proof. @throws {@link TokenError} */
  async load(): Promise<void> {
    await Promise.all(this.#own.map((keys) => keys.load()))
  }

  /**
   * Verifies a token with the keys of its tenant.
   *
   * @throws {@link TokenError} `ERR_ISSUER_UNAVAILABLE` where there was no turn in time, or what `verify` throws
   */
  async use(question: KeyQuestion): Promise<VerificationKey> {
    const { id, kid } = question
    const known = this.#known.get(id)
    const keys = known ?? this.#tried.get(id) ?? (await this.#askedFor(question))
    const key = await this.#verified(question, keys)
    if (!known) {
      this.#known.set(id, keys)
      this.#tried.delete(id)
    }
    this.#keys.set(kid, key)
    return key
  }

  /**
   * True if a key that has verified a token of the tenant is still there; for results that are kept.
   *
   * @returns a question that is cheap to ask
   */
  holder(id: string, key: VerificationKey): () => boolean {
    return () => this.#known.get(id)?.holds(key.kid, key) ?? false
  }

  /** Numbers of what is held of tenants without a good token, for tests and measurements. */
  get pending(): { tried: number; refused: number; waiting: number } {
    this.#purge()
    const { size: tried } = this.#tried
    return { tried, refused: this.#refused.size, waiting: this.#turns.waiting }
  }

  async #verified({ id, verify }: KeyQuestion, keys: KeySet): Promise<VerificationKey> {
    try {
      return await verify(keys)
    } catch (error) {
      const isUnavailable = error instanceof TokenError && error.code === UNAVAILABLE
      if (isUnavailable && !(await this.#isDown(id, keys))) leaveOut(error)
      throw error
    }
  }

  /**
   * True if keys can't be had that nobody has made up: those of a tenant with a good token, or the application's own. Where there
   * are neither, those that the token names have to do.
   */
  async #isDown(id: string, keys: KeySet): Promise<boolean> {
    const sets = this.#known.has(id) || !this.#known.size ? [keys] : this.#own
    const states = await Promise.all(sets.map((each) => each.isDown()))
    return states.includes(true)
  }

  async #askedFor(question: KeyQuestion): Promise<KeySet> {
    await (this.#ownKeys ??= this.#loadOwn(question))
    const rank = await this.#rankOf(question)
    const key = `${String(rank)} ${question.id}`
    const asked = this.#asked.get(key) ?? this.#ask(question, rank)
    this.#asked.set(key, asked)
    try {
      return await asked
    } finally {
      if (this.#asked.get(key) === asked) this.#asked.delete(key)
    }
  }

  async #ask({ id, kid, alg, sender }: KeyQuestion, rank: Rank): Promise<KeySet> {
    try {
      return await this.#turns.run(rank, sender, async () => {
        const keys = this.#known.get(id) ?? this.#tried.get(id) ?? this.#create(id)
        if (!this.#known.has(id)) this.#tried.set(id, keys)
        // what fails here fails again when the token is verified, without another call
        await keys.key(kid, alg).catch(() => undefined)
        return keys
      })
    } catch (error) {
      if (!(error instanceof NoTurnError)) throw error
      this.#refused.set(id, true)
      throw tooManyTenants(error)
    } finally {
      this.#sweepLater()
    }
  }

  async #rankOf({ id, tenant, kid, alg, isSignedBy }: KeyQuestion): Promise<Rank> {
    if (isSubscribed(tenant)) return RANKS.likely
    const key = this.#keys.get(kid) ?? this.#ownKey(kid, alg)
    if (key && (await isSignedBy(key))) return RANKS.likely
    return this.#refused.has(id) ? RANKS.again : RANKS.new
  }

  #ownKey(kid: string, alg: string): VerificationKey | undefined {
    for (const keys of this.#own) {
      const key = keys.find(kid, alg)
      if (key) return key
      void keys.key(kid, alg).catch(() => undefined) // for the next one, where it is time for another look
    }
    return undefined
  }

  /** Loads the application's own keys. All tenants of many landscapes share them, so that they tell which tokens are genuine. */
  async #loadOwn({ kid, alg }: KeyQuestion): Promise<void> {
    const loads = this.#own.map((keys) => keys.key(kid, alg))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise((done) => (timer = setTimeout(done, OWN_KEYS)))
    await Promise.race([Promise.allSettled(loads), late])
    clearTimeout(timer)
  }

  /** Removes ended entries later, also when no other token comes. */
  #sweepLater(): void {
    if (this.#sweep) return
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined
      this.#purge()
      if (this.#tried.size + this.#refused.size) this.#sweepLater()
    }, TRIED).unref()
  }

  #purge(): void {
    this.#tried.purgeStale()
    this.#refused.purgeStale()
  }
}

/** The time is read when it is needed. */
const lasting = (ttl: number) => ({ ttl, ttlResolution: 0, perf: Date })

const TRY_AGAIN =
  'Let the caller try again after "Retry-After"; if there are no such tenants, look for who sends forged tokens.'

function tooManyTenants({ retryAfter }: NoTurnError): TokenError {
  const text =
    'the keys of a tenant that is not known yet could not be looked up in time: there are tokens of too many others'
  const failure = new TokenError(UNAVAILABLE, text, { fix: TRY_AGAIN })
  leaveOut(failure)
  return Object.assign(failure, { retryAfter })
}

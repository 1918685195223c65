import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

import { logInfo, logWarning } from '../lib/log.js'
import type { SharedCache, SharedKind, SharedResult } from '../lib/sharing/shared-cache.js'
import type { Lasting } from '../lib/single-flight.js'
import { countShared, type SharedOutcome } from '../lib/telemetry/metrics.js'
import type { RedisStore } from './redis-store.js'
import { placeOf, type Sealing } from './sealing.js'

/** Version of what is in entries: instances of another one have their own. */
const FORM = 2

/** Milliseconds that a request waits for a Redis that does not answer. */
const PATIENCE = 50

/** Milliseconds that a request waits for the result that another instance fetches, with all answers of Redis. */
const WAIT = 200

/** Milliseconds between two looks at whether the result is there. */
const LOOK_AGAIN = 10

/** Milliseconds for which a result is shared at most. */
const MAX_LIFETIME = 24 * 60 * 60_000

/** Milliseconds between two lines of the log about entries that can't be decrypted. */
const WARN_AGAIN = 10 * 60_000

/** Results in Redis, each encrypted for its own place. */
export class FleetCache implements SharedCache {
  readonly #store: RedisStore
  readonly #sealing: Sealing
  readonly #sharesUserTokens: boolean
  #warnedAt = -Infinity
  #toldAt = -Infinity

  /** @param userTokens - true to share tokens of users as well */
  constructor(store: RedisStore, sealing: Sealing, userTokens: boolean) {
    this.#store = store
    this.#sealing = sealing
    this.#sharesUserTokens = userTokens
  }

  /** Ends the connection. */
  end(): void {
    this.#store.end()
  }

  async fetch<T>(result: SharedResult<T>, fetch: () => Promise<Lasting<T>>): Promise<Lasting<T>> {
    if (!this.#isShared(result)) return fetch()
    const place = new Place(result)
    if (result.bypass === true) return this.#fetch(place, fetch)
    const found = await this.#readOrLock(place)
    if (found === 'locked') return this.#fetchForAll(place, fetch)
    return found ?? this.#fetch(place, fetch)
  }

  /** Returns a result that is there; fetches none. */
  async peek<T>(result: SharedResult<T>): Promise<Lasting<T> | undefined> {
    if (!this.#isShared(result)) return undefined
    const place = new Place(result)
    const entry = await this.#store.read(place.name)
    return entry === undefined ? undefined : this.#opened(place, entry)
  }

  /** Writes a result. */
  async put<T>(result: SharedResult<T>, lasting: Lasting<T>): Promise<void> {
    if (this.#isShared(result)) await this.#write(new Place(result), lasting)
  }

  #isShared({ kind }: Kind): boolean {
    return this.#store.isUp && (kind !== 'user-tokens' || this.#sharesUserTokens)
  }

  /**
   * Returns the result, or `locked` if it is to be fetched for all. `undefined`: this instance fetches it for itself.
   */
  async #readOrLock<T>(place: Place<T>): Promise<Lasting<T> | 'locked' | undefined> {
    const begun = performance.now()
    const leftOf = (milliseconds: number) => begun + milliseconds - performance.now()
    let left = PATIENCE
    while (left > 0) {
      const found = await this.#store.readOrLock(place.name, place.owner, left)
      if (found === undefined) return this.#count(place, this.#store.isUp ? 'miss' : 'failed')
      if (found === 'locked') {
        this.#count(place, 'miss')
        return found
      }
      if (found === 'locked-by-another') {
        if (leftOf(WAIT) <= LOOK_AGAIN) return this.#count(place, 'miss')
        await delay(LOOK_AGAIN)
        // a process that was busy reads at least what has come
        left = Math.max(leftOf(WAIT), 1)
      } else {
        const opened = found === 'unreadable' ? undefined : this.#opened(place, found.entry)
        if (opened && !isRejected(place, opened)) return opened
        // the next command is sent after this one, and so finds nothing
        void this.#store.remove(place.name, found === 'unreadable' ? undefined : found.entry)
        left = leftOf(PATIENCE)
      }
    }
    return undefined
  }

  async #fetchForAll<T>(place: Place<T>, fetch: () => Promise<Lasting<T>>): Promise<Lasting<T>> {
    try {
      return await this.#fetch(place, fetch)
    } finally {
      void this.#store.unlock(place.name, place.owner)
    }
  }

  async #fetch<T>(place: Place<T>, fetch: () => Promise<Lasting<T>>): Promise<Lasting<T>> {
    const fetched = await fetch()
    // nobody waits for it, and a failure is in the log
    void this.#write(place, fetched)
    return fetched
  }

  async #write<T>({ name, about, result }: Place<T>, { value, lifetime }: Lasting<T>) {
    const limited = Math.min(lifetime, MAX_LIFETIME)
    const json = result.toJson && value !== undefined ? result.toJson(value) : value
    if (json === undefined || !(limited > 0)) return
    const text = JSON.stringify({ value: json, ends: Date.now() + limited, lifetime: limited })
    await this.#store.write(name, this.#sealing.seal(text, about), limited)
  }

  /** Returns what is in an entry; nothing for one that is over, or that is not for this place. */
  #opened<T>(place: Place<T>, entry: string): Lasting<T> | undefined {
    const text = this.#sealing.open(entry, place.about)
    if (text === undefined) return this.#sealing.isForeign(entry) ? this.#tell() : this.#warn(place)
    const { value, ends, ...written } = JSON.parse(text) as Content
    // the clock of the instance that wrote it may be ahead
    const lifetime = Math.min(ends - Date.now(), written.lifetime)
    if (!(lifetime > 0)) return undefined
    this.#count(place, 'hit')
    const { fromJson } = place.result
    return { value: fromJson ? fromJson(value) : (value as T), lifetime }
  }

  #count({ kind }: Kind, outcome: SharedOutcome): undefined {
    countShared(kind, outcome)
  }

  #warn(place: Kind): undefined {
    this.#count(place, 'invalid')
    if (performance.now() - this.#warnedAt < WARN_AGAIN) return
    this.#warnedAt = performance.now()
    logWarning(
      'an entry of the shared cache was ignored, which this application did not write there: it was changed or moved in Redis'
    )
  }

  /** Says that instances have different secrets, which is so for a day after one was removed. */
  #tell(): undefined {
    if (performance.now() - this.#toldAt < WARN_AGAIN) return
    this.#toldAt = performance.now()
    logInfo(
      'an entry of the shared cache was ignored that another secret has encrypted (cds.requires.principal-cache.encryptWith)'
    )
  }
}

/** Text of an entry. */
interface Content {
  readonly value: unknown
  /** Milliseconds since the epoch, by the clock of the instance that wrote it. */
  readonly ends: number
  /** Milliseconds, when it was written. */
  readonly lifetime: number
}

interface Kind {
  readonly kind: SharedKind
}

/** Place of a result in Redis, and what the entry there is encrypted for. */
class Place<T> {
  readonly result: SharedResult<T>
  readonly kind: SharedKind
  /** Kind, tenant and key, which an entry is bound to. */
  readonly about: string
  readonly name: string
  /** Owner of the lock. */
  readonly owner = randomUUID()

  constructor(result: SharedResult<T>) {
    const { kind, tenant, key } = result
    this.result = result
    this.kind = kind
    this.about = JSON.stringify([FORM, kind, tenant ?? null, key])
    this.name = placeOf(this.about)
  }
}

/** True if the value was sent, and not accepted. */
function isRejected<T>({ result: { bypass } }: Place<T>, { value }: Lasting<T>): boolean {
  return typeof bypass === 'function' && bypass(value)
}

import type {
  CacheEntry,
  Destination,
  DestinationCacheInterface
} from '@sap-cloud-sdk/connectivity'
import { boundedCache } from '../lib/telemetry/bounded-cache.js'

import { authenticationTypeOf, isUserBound } from '../destination/authentication-types.js'
import { serviceBinding } from '../destination/binding/binding.js'
import { serviceKey } from '../destination/look-up/service.js'
import { lifetimeOf } from '../destination/tokens/lifetime.js'
import type { SharedResult } from '../lib/sharing/shared-cache.js'
import { fleetCache } from './install.js'

/** Milliseconds for entries without an end, as in the SAP Cloud SDK, and for which an entry is shared at most. */
const LIFETIME = 5 * 60_000

const MAX_ENTRIES = 1000

/**
 * Creates a destination cache for the SAP Cloud SDK, for code of the application that calls it directly. It uses the shared cache of
 * `cds.requires.principal-cache`, and memory of this process: alone, if there is no shared cache or it is away. Destinations of users
 * stay in this process, unless `userTokens` is `true`.
 *
 * @example
 * ```js
 * setDestinationCache(sharedDestinationCache())
 * ```
 * @see `@sap-cloud-sdk/connectivity`, `setDestinationCache`
 */
export function sharedDestinationCache(): DestinationCacheInterface {
  return new SharedDestinationCache()
}

class SharedDestinationCache implements DestinationCacheInterface {
  readonly #own = boundedCache<string, Destination>('cloud-sdk-destinations', {
    max: MAX_ENTRIES,
    ttlResolution: 0
  })
  #isCleared = false

  async get(key: string | undefined): Promise<Destination | undefined> {
    if (key === undefined) return undefined
    const own = this.#own.get(key)
    if (own || this.#isCleared) return own
    const result = await resultFor(key)
    const shared = result && (await fleetCache()?.peek(result))
    if (!shared) return undefined
    this.#own.set(key, shared.value, { ttl: Math.ceil(shared.lifetime) })
    return shared.value
  }

  async set(key: string | undefined, { entry, expires }: CacheEntry<Destination>): Promise<void> {
    const lifetime = (expires ?? Date.now() + LIFETIME) - Date.now()
    if (key === undefined || !(lifetime > 0)) return
    this.#own.set(key, entry, { ttl: Math.ceil(lifetime) })
    const result = await resultFor(key)
    if (!result || !isShareable(entry, result)) return
    const ends = entry.authTokens?.map((token) => lifetimeOf(token)) ?? []
    const shared = Math.min(LIFETIME, lifetime, ...ends)
    if (shared > 0) await fleetCache()?.put(result, { value: entry, lifetime: shared })
  }

  async hasKey(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined
  }

  /** Clears what this process has. It reads nothing of others from now on: what they have is not cleared. */
  clear(): Promise<void> {
    this.#own.clear()
    this.#isCleared = true
    return Promise.resolve()
  }
}

/**
 * True if others may have a destination: never with a private key or an assertion, and with the token of a user among the tokens of
 * users only.
 */
function isShareable(entry: Destination, { kind }: SharedResult<Destination>): boolean {
  if (entry.certificates?.length || entry.mtlsKeyPair) return false
  if (!entry.authTokens?.length) return true
  if (authenticationTypeOf(entry)?.retrieved === 'assertion') return false
  return kind === 'user-tokens' || !(isUserBound(entry) || isOfRefreshToken(entry))
}

/** True if the token came for a refresh token, which may be a user's. */
const isOfRefreshToken = ({ authentication }: Destination) =>
  authentication === 'OAuth2RefreshToken'

/**
 * Returns the shared result for a key of the SAP Cloud SDK, which begins with the tenant and two colons, or with the user; `undefined`
 * without a shared cache, or a bound Destination service: nobody knows then whose destinations they are.
 */
async function resultFor(key: string): Promise<SharedResult<Destination> | undefined> {
  const binding = fleetCache() && serviceBinding('destination').catch(() => undefined)
  const service = await binding
  if (!service) return undefined
  const [, tenant] = /^([^:]+)::/.exec(key) ?? []
  return {
    kind: tenant === undefined ? 'user-tokens' : 'destinations',
    tenant,
    key: ['cloud-sdk', ...serviceKey(service), key]
  }
}

import type { Destination, HttpDestination } from '@sap-cloud-sdk/connectivity'

import { boundedCache } from '../../lib/telemetry/bounded-cache.js'

/** Complete destinations that are cached, of all principals and configurations. */
const MAX_DESTINATIONS = 5000

/** Milliseconds after which one is removed: its configuration has been looked up again by then. */
const LIFETIME = 5 * 60_000

interface Composed {
  readonly parts: readonly unknown[]
  readonly destination: HttpDestination
}

/** Complete destinations of one configuration, by the token of the principal. */
type Principals = Map<string, Composed>

/** They are dropped when the configuration is looked up again. */
const kept = new WeakMap<Destination, Principals>()

/** All of them, those that were not used for longest first. */
const all = boundedCache<Composed, { readonly principals: Principals; readonly token: string }>(
  'complete-destinations',
  {
    max: MAX_DESTINATIONS,
    ttl: LIFETIME,
    dispose: ({ principals, token }, composed) => {
      if (principals.get(token) === composed) principals.delete(token)
    }
  }
)
let purgedAt = 0

/**
 * Returns a complete destination: the same frozen object for the same parts, so that values derived
 * from it are derived once.
 *
 * @param configured - the configuration, which all principals share
 * @param token - of the principal, or empty
 * @param parts - everything that is put in; compared one by one
 * @internal
 */
export function cachedDestination(
  configured: Destination,
  token: string,
  parts: readonly unknown[],
  make: () => Destination
): HttpDestination {
  const principals = principalsOf(configured)
  const found = principals.get(token)
  if (found && isSame(found.parts, parts) && all.get(found)) return found.destination
  const destination = Object.freeze(make()) as HttpDestination
  const composed = { parts, destination }
  if (found) all.delete(found)
  principals.set(token, composed)
  all.set(composed, { principals, token })
  return destination
}

function principalsOf(configured: Destination): Principals {
  const known = kept.get(configured)
  if (known) return known
  if (performance.now() - purgedAt > LIFETIME) {
    purgedAt = performance.now()
    all.purgeStale()
  }
  const principals: Principals = new Map()
  kept.set(configured, principals)
  return principals
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i])
}

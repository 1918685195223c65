import type { Destination, HttpDestination } from '@sap-cloud-sdk/connectivity'
import { LRUCache } from 'lru-cache'

/** Principals whose complete destinations are cached, for each configuration. */
const MAX_PRINCIPALS = 1000

interface Composed {
  readonly parts: readonly unknown[]
  readonly destination: HttpDestination
}

/**
 * Complete destinations by configuration: they are dropped when the configuration is looked up
 * again.
 */
const kept = new WeakMap<Destination, LRUCache<string, Composed>>()

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
  let principals = kept.get(configured)
  if (!principals) kept.set(configured, (principals = new LRUCache({ max: MAX_PRINCIPALS })))
  const found = principals.get(token)
  if (found && isSame(found.parts, parts)) return found.destination
  const destination = Object.freeze(make()) as HttpDestination
  principals.set(token, { parts, destination })
  return destination
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, i) => part === b[i])
}

import type { Bypass, Key, Lasting } from '../single-flight.js'

/** Kinds of results that the instances of an application can share. */
export type SharedKind = 'destinations' | 'service-tokens' | 'user-tokens'

/** A result that other instances may have, or may want. */
export interface SharedResult<T> {
  readonly kind: SharedKind
  /** Tenant whose result it is; `undefined` is the provider's. */
  readonly tenant: string | undefined
  /** Everything else on which it depends. */
  readonly key: Key
  /** The results to ignore. Those for which the function returns true are removed for all instances. */
  readonly bypass?: Bypass<T>
  /** Converts a value to JSON; `undefined` for one that is not shared. Default: the value as it is. */
  readonly toJson?: (value: T) => unknown
  /** Converts JSON to a value. Default: JSON as it is. */
  readonly fromJson?: (json: unknown) => T
}

/** A cache that several instances share. */
export interface SharedCache {
  /** Returns the result that another instance has, or fetches one for all of them. */
  fetch<T>(result: SharedResult<T>, fetch: () => Promise<Lasting<T>>): Promise<Lasting<T>>
}

let current: SharedCache | undefined

/** Sets the cache that is shared with other instances; `undefined` for none. @internal */
export function setSharedCache(cache: SharedCache | undefined): void {
  current = cache
}

/**
 * Fetches a result, or takes the one that another instance has fetched. Without a shared cache it
 * is fetched.
 *
 * @internal
 */
export function fetchShared<T>(
  result: SharedResult<T>,
  fetch: () => Promise<Lasting<T>>
): Promise<Lasting<T>> {
  return current ? current.fetch(result, fetch) : fetch()
}

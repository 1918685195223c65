import { LRUCache } from 'lru-cache'

import { type LimitName, watchLimit } from './limits.js'
import { countReached } from './metrics.js'

/**
 * Creates a cache whose bound metrics show. The least recently used entry is removed first.
 *
 * @param name - of the limit
 * @param options - of `lru-cache`, with `max` or `maxSize`
 * @internal
 */
export function boundedCache<K extends object | string, V extends object | string | true>(
  name: LimitName,
  options: LRUCache.Options<K, V, unknown>
): LRUCache<K, V> {
  const { dispose } = options
  const counting: LRUCache.Disposer<K, V> = (value, key, reason) => {
    if (reason === 'evict') countReached(name)
    dispose?.(value, key, reason)
  }
  const all = { ...options, dispose: counting }
  const cache = new LRUCache<K, V>(all)
  // the metrics must not keep a cache that nobody uses any more
  const watched = new WeakRef(cache)
  const ask = (question: (of: LRUCache<K, V>) => number) => () => {
    const kept = watched.deref()
    return kept ? question(kept) : 0
  }
  watchLimit(name, {
    max: ask((of) => of.maxSize || of.max),
    used: ask((of) => (of.maxSize ? of.calculatedSize : of.size)),
    isOver: () => !watched.deref()
  })
  return cache
}

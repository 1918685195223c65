import { SingleFlight } from '../../lib/single-flight.js'

/**
 * Bytes of all cached tokens: about 3000 users who are active at the same time, with tokens of 2.5
 * kB.
 */
const MAX_BYTES = 8 * 1024 * 1024

/**
 * Creates a cache of tokens that were issued in exchange for tokens of users. It is bounded by
 * size, as tokens differ in length; the least recently used token is removed first.
 *
 * @internal
 */
export const newTokenCache = () =>
  new SingleFlight<string>('user-tokens', MAX_BYTES, ({ length }) => length)

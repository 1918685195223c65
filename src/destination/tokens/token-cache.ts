import { SingleFlight } from '../../lib/single-flight.js'

/** Bytes of all of them: about 3000 users who are active at the same time, with tokens of 2.5 kB. */
const MAX_BYTES = 8 * 1024 * 1024

/**
 * Tokens of users that were got in exchange for their own. Bounded by size, as tokens differ in it: who has not called for
 * longest is exchanged anew.
 *
 * @internal
 */
export const newTokenCache = () => new SingleFlight<string>(MAX_BYTES, ({ length }) => length)

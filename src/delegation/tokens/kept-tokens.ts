import { lifetimeUntil } from '../../destination/tokens/lifetime.js'
import { type Key, SingleFlight } from '../../lib/single-flight.js'
import type { Author, AuthorToken } from '../author.js'
import type { AuthorTokenRequest } from '../ways.js'

/** Bytes of all tokens: about 3000 authors at the same time. */
const MAX_BYTES = 8 * 1024 * 1024

const kept = new SingleFlight<AuthorToken>(
  'author-tokens',
  MAX_BYTES,
  ({ bearerToken }) => bearerToken.length
)

/**
 * Returns the token of an author: one for each author and tenant, in memory, and fetched once for all calls that need it.
 *
 * @param way - parts of the key besides the author
 * @internal
 */
export function tokenOfAuthor(
  way: Key,
  { author, minTokenLifetime }: AuthorTokenRequest,
  fetch: () => Promise<AuthorToken>
): Promise<AuthorToken> {
  const isTooShort = ({ expiresAt }: AuthorToken) =>
    expiresAt * 1000 - Date.now() < minTokenLifetime * 1000
  const found = async () => {
    const value = await fetch()
    return { value, lifetime: lifetimeUntil(value.expiresAt) }
  }
  return kept.get([...way, ...keyOfAuthor(author)], found, isTooShort)
}

function keyOfAuthor({ issuer, tenant, origin, subject, userId, claims }: Author): Key {
  const others = Object.entries(claims).sort(([one], [other]) => (one < other ? -1 : 1))
  return [issuer, tenant, origin, subject, userId, ...others.flat()]
}

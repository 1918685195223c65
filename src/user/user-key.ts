import { hash } from 'node:crypto'

import { boundedCache } from '../lib/telemetry/bounded-cache.js'

import type { NamedUser } from './principal.js'

/** Parts of a key; they are never joined, so no two keys can look alike. */
export type UserKey = readonly (string | undefined)[]

/**
 * The key for everything that is kept for one user, whatever the token: who issued the tokens, the tenant, the identity
 * provider, the immutable id where there is one, and the name. Users of two identity providers can have the same name.
 *
 * @internal
 */
export function keyOfUser({ issuer, tenant, origin, subject, userId }: NamedUser): UserKey {
  return [issuer, tenant, origin, subject, userId]
}

/**
 * The key for everything that is kept for exactly one token of a user: the next one, with other roles, has another.
 *
 * @internal
 */
export function keyOfToken(user: NamedUser): UserKey {
  return [...keyOfUser(user), hashOf(user.bearerToken)]
}

/** A token has 3 kB and is hashed several times a call, and nothing in it changes. */
const hashes = boundedCache<string, string>('user-keys', { max: 1000 })

/** Returns the SHA-256 of a credential, so that keys hold none. @internal */
export function hashOf(value: string): string {
  const kept = hashes.get(value)
  if (kept) return kept
  const made = hash('sha256', value, 'base64url')
  hashes.set(value, made)
  return made
}

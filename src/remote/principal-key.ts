import { hash } from 'node:crypto'

import { LRUCache } from 'lru-cache'

import type { NamedUser } from '../user/principal.js'
import type { HeaderValues } from './http-call.js'
import { CREDENTIALS } from './identity-headers.js'

/** Parts of a key for what belongs to one principal; they are never joined. */
export type PrincipalKey = readonly (string | undefined)[]

/**
 * For what belongs to exactly these credentials: another token of the same user has another key.
 *
 * @param user - as whom the call goes out; nobody: the technical user
 * @param headers - with the credentials
 * @internal
 */
export function principalKey(user: NamedUser | undefined, headers: HeaderValues): PrincipalKey {
  const hashes = CREDENTIALS.map((name) => {
    const value = headers[name]
    return value && hashOf(value)
  })
  return [...userKey(user), ...hashes]
}

/** A string of 3 kB, four times a call, in which nothing has changed. */
const hashes = new LRUCache<string, string>({ max: 1000 })

function hashOf(value: string): string {
  const kept = hashes.get(value)
  if (kept) return kept
  const made = hash('sha256', value, 'base64url')
  hashes.set(value, made)
  return made
}

/** For what belongs to a user whatever the token. @internal */
export function userKey(user: NamedUser | undefined): PrincipalKey {
  return user ? ['user', user.issuer, user.tenant, user.userId] : ['technical']
}

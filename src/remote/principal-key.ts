import { hash } from 'node:crypto'

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
    return value && hash('sha256', value, 'base64url')
  })
  return [...userKey(user), ...hashes]
}

/** For what belongs to a user whatever the token. @internal */
export function userKey(user: NamedUser | undefined): PrincipalKey {
  return user ? ['user', user.issuer, user.tenant, user.userId] : ['technical']
}

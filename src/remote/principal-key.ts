import { hash } from 'node:crypto'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
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

/** As whom a request goes out, and with what. */
export interface SessionOwner {
  readonly destination: HttpDestination
  readonly user: NamedUser | undefined
  readonly tenant: string | undefined
  /** Headers that the destination adds. */
  readonly identity: HeaderValues
}

/**
 * For a session with a system, whose cookies may stand for whoever has opened it: of one user, whatever the token; of the
 * technical user of one tenant with exactly these credentials. What else the destination sends (`sap-client`, the key of an
 * API, a client certificate) counts as well, and so does a cookie that the request brings.
 *
 * @param headers - of the request
 * @internal
 */
export function sessionKey(
  { destination, user, tenant, identity }: SessionOwner,
  headers: HeaderValues
): PrincipalKey {
  const { queryParameters, certificates } = destination
  const others = Object.entries(identity).filter(([name]) => !IS_CREDENTIAL.has(name))
  const rest = [others, headers['cookie'], queryParameters, certificates?.length && certificates]
  const owner = user ? userKey(user) : [tenant, ...principalKey(user, headers)]
  return [...owner, hashOf(JSON.stringify(rest))]
}

const IS_CREDENTIAL: ReadonlySet<string> = new Set(CREDENTIALS)

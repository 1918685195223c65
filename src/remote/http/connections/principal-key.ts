import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { NamedUser } from '../../../user/principal.js'
import { hashOf, keyOfUser, type UserKey } from '../../../user/user-key.js'
import type { HeaderValues } from '../message/http-call.js'
import { CREDENTIALS } from '../message/identity-headers.js'

/**
 * For what belongs to exactly these credentials: another token of the same user has another key.
 *
 * @param user - as whom the call goes out; nobody: the technical user
 * @param headers - with the credentials
 * @internal
 */
export function principalKey(user: NamedUser | undefined, headers: HeaderValues): UserKey {
  const hashes = CREDENTIALS.map((name) => {
    const value = headers[name]
    return value && hashOf(value)
  })
  return [...userKey(user), ...hashes]
}

/** For what belongs to a user whatever the token. */
function userKey(user: NamedUser | undefined): UserKey {
  return user ? ['user', ...keyOfUser(user)] : ['technical']
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
): UserKey {
  const { queryParameters, certificates } = destination
  const others = Object.entries(identity).filter(([name]) => !IS_CREDENTIAL.has(name))
  const ownCertificates = certificates?.length ? certificates : undefined
  const rest = [others, headers['cookie'], queryParameters, ownCertificates]
  const owner = user ? userKey(user) : [tenant, ...principalKey(user, headers)]
  return [...owner, hashOf(JSON.stringify(rest))]
}

const IS_CREDENTIAL: ReadonlySet<string> = new Set(CREDENTIALS)

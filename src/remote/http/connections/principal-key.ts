import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { NamedUser } from '../../../user/principal.js'
import { hashOf, keyOfUser, type UserKey } from '../../../user/user-key.js'
import type { HeaderValues } from '../message/http-call.js'
import { CREDENTIALS } from '../message/identity-headers.js'

/**
 * Returns the key of exactly these credentials: another token of the same user has another key.
 *
 * @param user - principal of the call; `undefined` for the technical user
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

/** Returns the key of a user, which is the same for all tokens of the user. */
function userKey(user: NamedUser | undefined): UserKey {
  return user ? ['user', ...keyOfUser(user)] : ['technical']
}

/** Principal of a request, with the destination that carries it. */
export interface SessionOwner {
  readonly destination: HttpDestination
  readonly user: NamedUser | undefined
  readonly tenant: string | undefined
  /** Headers that the destination adds. */
  readonly identity: HeaderValues
}

/**
 * Returns the key of a session with a system, whose cookies may stand for its owner: a user, with
 * any token, or the technical user of one tenant with exactly these credentials. Other values of
 * the destination (`sap-client`, an API key, a client certificate) are part of it, and so is a
 * cookie of the request.
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

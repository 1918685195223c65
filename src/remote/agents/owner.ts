import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { hashOf, keyOfUser } from '../../user/user-key.js'
import { identityHeaders } from '../http/send.js'
import type { ReadyDestination } from '../outbound.js'

/**
 * Returns the owner of a session with an agent: a named user with any token, or the technical user of one tenant, at one destination.
 *
 * @internal
 */
export function ownerOf({ destination, user, tenant }: ReadyDestination): string {
  const { name, url } = destination
  return JSON.stringify([
    name,
    url,
    ...(user ? ['user', ...keyOfUser(user)] : ['technical', tenant])
  ])
}

/**
 * Returns the key of a session: its owner, with exactly the credentials that are sent. So the next token of a user, which may have other
 * rights, gets a session of its own, and none lasts longer than the token it was opened with.
 *
 * @internal
 */
export async function sessionKeyOf(outbound: ReadyDestination): Promise<string> {
  const headers = await identityHeaders(outbound.destination as HttpDestination)
  return JSON.stringify([ownerOf(outbound), hashOf(JSON.stringify(headers))])
}

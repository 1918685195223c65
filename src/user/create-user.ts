import cds from '@sap/cds'

import type { Identity } from './identity.js'
import { namedUser, registerPrincipal } from './principal.js'

/**
 * The CAP user of one request. Roles and attributes are copies: what an application changes on them does not reach the next
 * request with the same token.
 *
 * @param bearerToken - the token itself, kept for calls on behalf of the user
 * @param authInfo - security context of the token
 * @internal
 */
export function createUser(identity: Identity, bearerToken: string, authInfo: object): cds.User {
  const { kind, userId: id, tenant, issuer, expiresAt } = identity
  if (kind === 'technical') {
    registerPrincipal(authInfo, { kind: 'technical', origin: 'token', tenant })
  } else {
    registerPrincipal(authInfo, namedUser({ userId: id, tenant, issuer, expiresAt, bearerToken }))
  }
  const roles = { __proto__: null, ...identity.roles }
  return new cds.User({ id, roles, attr: copy(identity.attributes), authInfo } as never)
}

function copy(attributes: Identity['attributes']): object {
  const result = Object.create(null) as Record<string, unknown>
  for (const name in attributes) {
    const value = attributes[name]
    result[name] = Array.isArray(value) ? [...value] : value
  }
  return result
}

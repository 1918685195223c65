import { randomUUID } from 'node:crypto'
import { thumbprint } from '../http/client-certificate.js'
import type { LandscapeUser } from '../landscape/landscape-user.js'
import type { Client, Landscape } from '../landscape/landscape.js'
import { heldGrants } from './scopes/held-grants.js'

/** Claims of a token before it gets its times. */
export type Claims = Record<string, unknown>

/** XSUAA's name for the grant that turns a token into one for another client. */
export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** The grant that turns a SAML assertion into a token (RFC 7522). */
export const SAML2_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'

/** The grant that turns a token into one of another type or audience (RFC 8693 section 2.1). */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
/** Origin keys of the identity providers that a subaccount trusts. */
export const DEFAULT_ORIGIN = 'sap.default'
/** The origin of users of the trusted tenant of Identity Authentication. */
export const IAS_ORIGIN = 'sap.custom'

/**
 * Claims of a user token, as XSUAA issues them for the grant `password`.
 *
 * @see CF UAA, `UaaTokenServices`: `createJWTAccessToken`, `putUserIntoJWT`
 */
export function userClaims(landscape: Landscape, client: Client, user: LandscapeUser): Claims {
  return {
    jti: newTokenId(),
    ext_attr: extension(landscape, user.tenant),
    given_name: user.givenName,
    family_name: user.familyName,
    sub: user.id,
    ...grantedClaims(landscape, client, user),
    ...clientClaims(client),
    grant_type: 'password',
    user_id: user.id,
    origin: DEFAULT_ORIGIN,
    user_name: user.name,
    email: user.email,
    auth_time: landscape.clock.seconds(),
    rev_sig: landscape.revocationSignature,
    zid: user.tenant
  }
}

/** The authorizations of a user by the security descriptors: scopes, attributes, role collections, and the audience of the token. */
export function grantedClaims(landscape: Landscape, client: Client, user: LandscapeUser): Claims {
  const { scopes, attributes, roleCollections } = heldGrants(landscape, client, user)
  const system = client.descriptor?.oauth2.systemAttributes ?? ['groups', 'rolecollections']
  const scope = ['openid', ...scopes]
  return {
    'xs.system.attributes': {
      ...(system.includes('groups') && { 'xs.saml.groups': [] }),
      ...(system.includes('rolecollections') && { 'xs.rolecollections': roleCollections })
    },
    'xs.user.attributes': attributes,
    scope,
    aud: audience(client, scope)
  }
}

/**
 * Claims of a technical token, as XSUAA issues them for the grant `client_credentials`: `sub` is the
 * client, there is user claim at all, and `authorities` stands beside `scope`.
 *
 * @see CF UAA, `UaaTokenServices`: `putClientIntoJWT`
 */
export function technicalClaims(landscape: Landscape, client: Client, tenant: string): Claims {
  const scope = client.authorities
  return {
    jti: newTokenId(),
    ext_attr: { ...extension(landscape, tenant), serviceinstanceid: client.instanceId },
    sub: client.id,
    authorities: scope,
    scope,
    ...clientClaims(client),
    grant_type: 'client_credentials',
    rev_sig: landscape.revocationSignature,
    zid: tenant,
    aud: audience(client, scope)
  }
}

/**
 * Claims of the token with which a mocked user calls: those with CAP's role `internal-user` or `system-user` are technical users, of
 * the application itself or of another client, and have no user in their token.
 */
export function claimsFor(landscape: Landscape, client: Client, user: LandscapeUser): Claims {
  if (!user.technical) return userClaims(landscape, client, user)
  const isOther = user.technical === 'system-user'
  const { scopes } = heldGrants(landscape, client, user)
  const scope = [...new Set([...(isOther ? [] : client.authorities), ...scopes])]
  const other = { sub: user.name, client_id: user.name, cid: user.name, azp: user.name }
  return {
    ...technicalClaims(landscape, client, user.tenant),
    scope,
    authorities: scope,
    aud: audience(client, scope),
    ...(isOther && other)
  }
}

/**
 * Claims of an existing user token for another client (or the same one): the user stays, `origin`
 * and attributes too; client, audience and token id are new.
 */
export function exchangedClaims(client: Client, claims: Claims, scope: string[]): Claims {
  const { iat: _iat, exp: _exp, iss: _iss, cnf: _cnf, ...kept } = claims
  return {
    ...kept,
    jti: newTokenId(),
    scope,
    ...clientClaims(client),
    aud: audience(client, scope)
  }
}

/** UAA's rule: the client id, then the part of each scope before its last dot; `openid` for itself. */
export function audience(client: Pick<Client, 'id'>, scopes: readonly string[]): string[] {
  const resources = scopes.flatMap((scope) => {
    if (scope === 'openid') return [scope]
    return scope.includes('.') ? [scope.slice(0, scope.lastIndexOf('.'))] : []
  })
  return [...new Set([client.id, ...resources])]
}

/** Returns an id as UAA writes it: 32 hexadecimal digits. */
export function newTokenId(): string {
  return randomUUID().replaceAll('-', '')
}

/** A client that authenticates with a certificate gets tokens that are bound to it: RFC 8705 section 3.1. */
const clientClaims = ({ id, certificate }: Client) => ({
  ...{ client_id: id, cid: id, azp: id },
  ...(certificate && { cnf: { 'x5t#S256': thumbprint(certificate.cert) } })
})

export const extension = ({ subdomains }: Landscape, tenant: string) => ({
  enhancer: 'XSUAA',
  subaccountid: tenant,
  zdn: subdomains.get(tenant)
})

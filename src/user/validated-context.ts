import { createRequire } from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'
import type * as xssec from '@sap/xssec'

import { cap } from '../cap.js'
import { isTechnicalGrant, knownClient, stringClaim, tenantClaim } from '../token/claims.js'
import { decode } from '../token/decode.js'
import {
  refuseLogoutTokens,
  refuseOtherThanAccessTokens,
  tenantOfIasToken
} from '../token/issuers/token-type.js'
import { iasPerson, isTechnicalIasToken } from './ias-profile.js'
import { usableId } from './identity.js'
import { type NamedUser, type TechnicalUser, TokenPrincipal } from './principal.js'
import { xsuaaPerson } from './xsuaa-profile.js'

/** One copy of `@sap/xssec`; CAP and the application can have others than this package. */
type Xssec = typeof xssec

/** A principal and the token that it was read from. */
type TokenReader = (bearerToken: string) => NamedUser | TechnicalUser

/**
 * Returns the principal of a security context of `@sap/xssec`, as CAP's strategies `xsuaa`, `jwt` and `ias` leave it in
 * `user.authInfo` once the token is validated; `undefined` for everything else. Members with the right names do not make one:
 * only the library's own constructor can set the private fields that are read here.
 *
 * @param authInfo - of `cds.context.user`
 * @see `@sap/cds/lib/srv/middlewares/auth/jwt-auth.js`, `ias-auth.js`
 * @internal
 */
export function principalOfContext(authInfo: unknown): NamedUser | TechnicalUser | undefined {
  if (typeof authInfo !== 'object' || authInfo === null) return undefined
  for (const copy of copies()) {
    const read = readerFor(copy, authInfo)
    const bearerToken = read && tokenIn(copy, authInfo)
    if (bearerToken !== undefined) return principalOfToken(bearerToken, read as TokenReader)
  }
  return undefined
}

function principalOfToken(bearerToken: string, read: TokenReader) {
  try {
    return read(bearerToken)
  } catch {
    return undefined // a token that can not be read is nobody's
  }
}

function readerFor(copy: Xssec, authInfo: object): TokenReader | undefined {
  if (authInfo instanceof copy.IdentityServiceSecurityContext) return iasPrincipal
  if (authInfo instanceof copy.XsaSecurityContext) return undefined // no service of BTP knows its tokens
  return authInfo instanceof copy.XsuaaSecurityContext ? xsuaaPrincipal : undefined
}

function xsuaaPrincipal(bearerToken: string): NamedUser | TechnicalUser {
  const { payload } = decode(bearerToken)
  refuseOtherThanAccessTokens(payload)
  const tenant = tenantClaim(payload, 'zid')
  if (tenant === undefined) throw new TypeError('no tenant')
  if (isTechnicalGrant(payload)) return { kind: 'technical', origin: 'token', tenant }
  const userId = stringClaim(payload, 'user_name')
  return named({
    ...xsuaaPerson(payload),
    userId,
    tenant,
    issuer: 'xsuaa',
    client: knownClient(payload),
    expiresAt: Number(payload.exp),
    bearerToken
  })
}

function iasPrincipal(bearerToken: string): NamedUser | TechnicalUser {
  const { payload } = decode(bearerToken)
  refuseLogoutTokens(payload)
  const tenant = tenantOfIasToken(payload)
  if (isTechnicalIasToken(payload)) return { kind: 'technical', origin: 'token', tenant }
  const userId = stringClaim(payload, 'sub')
  return named({
    ...iasPerson(payload),
    userId,
    tenant,
    issuer: 'ias',
    client: knownClient(payload),
    expiresAt: Number(payload.exp),
    bearerToken
  })
}

type NamedClaims = Omit<NamedUser, 'kind' | 'userId'> & { readonly userId: string | undefined }

function named({ userId, expiresAt, ...rest }: NamedClaims): NamedUser {
  if (!Number.isFinite(expiresAt)) throw new TypeError('no end')
  return new TokenPrincipal({ userId: usableId(userId), expiresAt, ...rest })
}

/** Returns the token of a context, both made by this copy's own constructors. */
function tokenIn(copy: Xssec, authInfo: object): string | undefined {
  try {
    const token = privateMember(copy.SecurityContext, 'token', authInfo)
    const jwt = privateMember(copy.Token, 'jwt', token)
    return typeof jwt === 'string' ? jwt : undefined
  } catch {
    return undefined
  }
}

/** @throws TypeError for an object that was not made by the constructor */
function privateMember(constructor: { prototype: object }, name: string, object: unknown): unknown {
  return Object.getOwnPropertyDescriptor(constructor.prototype, name)?.get?.call(object)
}

let known: { readonly root: string; readonly copies: readonly Xssec[] } | undefined

/** This package's copy, CAP's, the application's, and that of an authentication which comes in a package of its own. */
function copies(): readonly Xssec[] {
  const { root } = cds
  if (known?.root === root) return known.copies
  const { home } = cap
  const folders = [home, root].map((folder) => join(folder, 'package.json'))
  const found = [__filename, ...folders, implementation(root)].map(
    (place) => place && copyFrom(place)
  )
  known = { root, copies: [...new Set(found)].filter(isXssec) }
  return known.copies
}

function implementation(root: string): string | undefined {
  const { impl } = cap.env.requires.auth ?? { impl: undefined }
  if (typeof impl !== 'string') return undefined
  const project = createRequire(join(root, 'package.json'))
  for (const name of [impl, `./${impl}`]) {
    try {
      return project.resolve(name)
    } catch {
      // CAP has found it somewhere: at the other name, if not here
    }
  }
  return undefined
}

function copyFrom(place: string): unknown {
  try {
    return createRequire(place)('@sap/xssec')
  } catch {
    return undefined
  }
}

/** Older versions have other classes, and no private members. */
function isXssec(copy: unknown): copy is Xssec {
  const { SecurityContext, XsuaaSecurityContext, IdentityServiceSecurityContext, Token } = (copy ??
    {}) as Partial<Xssec>
  return Boolean(SecurityContext && XsuaaSecurityContext && IdentityServiceSecurityContext && Token)
}

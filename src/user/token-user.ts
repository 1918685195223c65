import cds from '@sap/cds'

import type { Issuer } from '../token/issuer.js'
import type { Identity } from './identity.js'
import { type NamedUser, type TechnicalUser, TokenPrincipal } from './principal.js'

/** What a user of a verified token is made of. */
export interface UserSource {
  readonly identity: Identity
  readonly issuer: Pick<Issuer, 'securityContext'>
  readonly bearerToken: string
}

/** Like an object without prototype, and as fast as one with: `'constructor' in roles` is false. */
const NO_NAMES = Object.create(null) as object

type Parts = Record<'roles' | 'attr' | 'authInfo', unknown>

/**
 * The CAP user of one request. Roles, attributes and `authInfo` are its own, so what an application changes on them does not
 * reach the next request with the same token; they are made when somebody looks, which most requests don't.
 *
 * `new cds.User` makes the object; this class adds what nobody else can: the private knowledge of the token.
 *
 * @internal
 */
export class TokenUser extends cds.User {
  readonly #source: UserSource

  constructor(source: UserSource) {
    super(source.identity.userId)
    this.#source = source
    // one by one: for a request that is all it costs, and `defineProperties` costs twice as much
    Object.defineProperty(this, 'roles', ROLES)
    Object.defineProperty(this, 'attr', ATTR)
    Object.defineProperty(this, 'authInfo', AUTH_INFO)
  }

  /** Where the user comes from, if it is one of these. */
  static sourceOf(user: object): UserSource | undefined {
    return #source in user ? user.#source : undefined
  }

  static make(user: object, name: keyof Parts): unknown {
    const source = (user as TokenUser).#source
    if (name === 'authInfo') return authInfoOf(source)
    return copyOf(name === 'roles' ? source.identity.roles : source.identity.attributes)
  }
}

/** Where a security context comes from: nobody else can make an entry. */
const sources = new WeakMap<object, UserSource>()

function authInfoOf(source: UserSource): object {
  const authInfo = source.issuer.securityContext(source)
  sources.set(authInfo, source)
  return authInfo
}

/**
 * The principal of a user object, or of one that was copied from it with its `authInfo`.
 *
 * @internal
 */
export function principalFrom(user: { id?: unknown; authInfo?: unknown }) {
  const source = TokenUser.sourceOf(user) ?? sourceOfCopy(user.authInfo)
  if (source?.identity.userId !== user.id) return undefined
  return source && principal(source)
}

function sourceOfCopy(authInfo: unknown): UserSource | undefined {
  return typeof authInfo === 'object' && authInfo ? sources.get(authInfo) : undefined
}

function principal({ identity, bearerToken }: UserSource): NamedUser | TechnicalUser {
  const { kind, tenant } = identity
  if (kind === 'technical') return { kind, origin: 'token', tenant }
  return new TokenPrincipal({ ...identity, bearerToken })
}

const ROLES = lazy('roles')
const ATTR = lazy('attr')
const AUTH_INFO = lazy('authInfo')

/** A property of its own that becomes a plain one when it is read or set, so that copies of the user have it. */
function lazy(name: keyof Parts): PropertyDescriptor {
  return {
    enumerable: true,
    configurable: true,
    get(this: object) {
      const value = TokenUser.make(this, name)
      define(this, name, value)
      return value
    },
    set(this: object, value: unknown) {
      define(this, name, value)
    }
  }
}

function define(user: object, name: string, value: unknown): void {
  Object.defineProperty(user, name, { value, enumerable: true, configurable: true, writable: true })
}

function copyOf(values: Readonly<Record<string, unknown>>): object {
  const copy: Record<string, unknown> = { ...values }
  for (const name in copy)
    if (Array.isArray(copy[name])) copy[name] = [...(copy[name] as unknown[])]
  return Object.setPrototypeOf(copy, NO_NAMES) as object
}

import cds from '@sap/cds'

import type { Issuer } from '../token/issuers/issuer.js'
import type { Identity } from './identity.js'
import type { Roles } from './roles.js'
import { type NamedUser, type TechnicalUser, TokenPrincipal, type Unproven } from './principal.js'

/** Parts from which the user of a verified token is made. */
export interface UserSource {
  readonly identity: Identity
  readonly issuer: Pick<Issuer, 'securityContext'>
  readonly bearerToken: string
}

/** Like an object without prototype, and as fast as one with: `'constructor' in roles` is false. */
const NO_NAMES = Object.create(null) as object

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
    setLazily(this, 'roles', () => ownNames(source.identity.roles))
    setLazily(this, 'attr', () => copyOf(source.identity.attributes))
    setLazily(this, 'authInfo', () => authInfoOf(source))
  }

  /** Returns what the object was made of, if it is one of these; a proxy or an object that inherits from one is none. */
  static sourceOf(user: object): UserSource | undefined {
    return #source in user ? user.#source : undefined
  }
}

/** Sources of security contexts; only this module can add an entry. */
const sources = new WeakMap<object, UserSource>()

function authInfoOf(source: UserSource): object {
  const authInfo = source.issuer.securityContext(source)
  sources.set(authInfo, source)
  return authInfo
}

/**
 * Returns the principal of a user object: that of the validated token which its `authInfo` was made of, whatever `id`, `roles`
 * and `attr` an application has given it. The `authInfo` has to be the object's own, as it is on copies, and no other one than
 * the object was made with.
 *
 * @returns why it is nobody's, if it is
 * @internal
 */
export function principalFrom(user: object): NamedUser | TechnicalUser | Unproven {
  const made = TokenUser.sourceOf(user)
  const held = Object.hasOwn(user, 'authInfo') ? sourceOfAuthInfo(user) : undefined
  if (held && (made ?? held) === held) return principal(held)
  if (held) return 'other'
  return authInfoIn(user) ? (Object.hasOwn(user, 'authInfo') ? 'unknown' : 'inherited') : 'absent'
}

function sourceOfAuthInfo(user: object): UserSource | undefined {
  const authInfo = authInfoIn(user)
  return typeof authInfo === 'object' && authInfo ? sources.get(authInfo) : undefined
}

function authInfoIn(user: { authInfo?: unknown }): unknown {
  return user.authInfo
}

function principal({ identity, bearerToken }: UserSource): NamedUser | TechnicalUser {
  const { kind, tenant, client } = identity
  if (kind === 'technical') {
    return { kind, origin: 'token', tenant, ...(client !== undefined && { client }) }
  }
  return new TokenPrincipal({ ...identity, bearerToken })
}

/** A property of its own that becomes a plain one when it is read or set, also through a proxy or an object that inherits. */
function setLazily(user: object, name: string, make: () => object): void {
  let value: object | undefined
  Object.defineProperty(user, name, {
    enumerable: true,
    configurable: true,
    get() {
      value ??= make()
      define(user, name, value)
      return value
    },
    set(this: object, value: unknown) {
      define(this, name, name === 'roles' && Array.isArray(value) ? rolesIn(value) : value)
    }
  })
}

/** An object that is frozen keeps what it has. */
function define(user: object, name: string, value: unknown): boolean {
  return Reflect.defineProperty(user, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true
  })
}

/** `user.roles = ['Viewer']`, as `cds.User` takes it. */
function rolesIn(names: readonly unknown[]): object {
  return Object.fromEntries(names.map((name) => [name, 1])) as Roles
}

function ownNames(roles: Readonly<Roles>): object {
  return Object.setPrototypeOf({ ...roles }, NO_NAMES) as object
}

/** Attributes are JSON, of any depth in tokens of Identity Authentication. */
function copyOf(values: Readonly<Record<string, unknown>>): object {
  const copy: Record<string, unknown> = { ...values }
  for (const name in copy) {
    const value = copy[name]
    if (typeof value === 'object') copy[name] = structuredClone(value)
  }
  return copy
}

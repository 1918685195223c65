import { boundedCache } from '../lib/telemetry/bounded-cache.js'

/** Roles that CAP gives by itself; no claim of any issuer can. */
const PSEUDO_ROLES = new Set([
  'any',
  'authenticated-user',
  'identified-user',
  'system-user',
  'internal-user'
])

/** Own members only count: `user.is('constructor')` must be false. */
export type Roles = Record<string, 1>

/**
 * Scopes of XSUAA as CAP's roles: own scopes lose the prefix, foreign ones keep their full name.
 *
 * @param scopes - as in the token
 * @param xsappname - of the binding; `<xsappname>.` is the prefix
 * @internal
 */
export function rolesOf(scopes: readonly string[], xsappname: string): Roles {
  const prefix = `${xsappname}.`
  const roles = Object.create(null) as Roles
  for (const scope of scopes) {
    const own = scope.startsWith(prefix)
    if (!own && !isForeign(scope)) continue
    const role = own ? scope.slice(prefix.length) : scope
    if (role && !isPseudoRole(role)) roles[role] = 1
  }
  return roles
}

/** True if CAP gives the role by itself. @internal */
export function isPseudoRole(role: string): boolean {
  return PSEUDO_ROLES.has(role)
}

/** Scopes without a prefix ("openid"), or with one that stands for CAP itself, mean no local role of that name. */
function isForeign(scope: string): boolean {
  return scope.includes('.') && !scope.startsWith('cds.')
}

/** Combinations of scopes that are kept: about as many as an application has role collections, and mixtures of them. */
const MAX_COMBINATIONS = 1000

/**
 * Roles of users with the same scopes, which most users share with many others: found and kept once.
 *
 * @internal
 */
export class KnownRoles {
  readonly #xsappname: string
  readonly #known = boundedCache<string, Readonly<Roles>>('role-combinations', {
    max: MAX_COMBINATIONS
  })

  constructor(xsappname: string) {
    this.#xsappname = xsappname
  }

  /** A plain object, which is copied in no time, and which others have as well. */
  of(scopes: readonly string[]): Readonly<Roles> {
    const key = JSON.stringify(scopes)
    const known = this.#known.get(key)
    if (known) return known
    const roles = { ...rolesOf(scopes, this.#xsappname) }
    this.#known.set(key, roles)
    return roles
  }
}

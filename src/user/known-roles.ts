import { LRUCache } from 'lru-cache'

import { type Roles, rolesOf } from './roles.js'

/** Combinations of scopes that are kept: about as many as an application has role collections, and mixtures of them. */
const MAX_COMBINATIONS = 1000

/**
 * Roles of users with the same scopes, which most users share with many others: found and kept once.
 *
 * @internal
 */
export class KnownRoles {
  readonly #xsappname: string
  readonly #known = new LRUCache<string, Readonly<Roles>>({ max: MAX_COMBINATIONS })

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

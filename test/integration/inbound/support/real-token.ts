import type { Identity } from './case.js'
import { type Claims, technicalClaims, TENANT, userClaims } from './claims.js'
import { roles } from './rows.js'
import type { TestXsuaa } from './test-xsuaa.js'

/** What CAP's own strategy does otherwise, and why. */
interface Difference {
  readonly why: string
  /** Where it does not even accept the token. */
  readonly status?: number
  readonly identity?: Partial<Omit<Identity, 'attr'>> & { attr?: object }
}

/** A token as landscapes issue it: both strategies accept it. */
export interface RealToken {
  readonly name: string
  claims(xsuaa: TestXsuaa): Claims
  readonly header?: Claims
  readonly identity?: Partial<Omit<Identity, 'attr'>> & { attr?: object }
  readonly stock?: Difference
}

/**
 * Roles that a user of CAP's own strategy has besides: for scopes that belong to no application, a local name by chance
 * , and for what every JavaScript object inherits .
 */
export const STOCK_ROLES = ['openid', '__proto__', 'constructor', 'hasOwnProperty', 'toString']

export const userWith = (
  name: string,
  changes: Claims | ((xsuaa: TestXsuaa) => Claims) = {},
  rest: Omit<RealToken, 'name' | 'claims'> = {}
): RealToken => ({
  name,
  claims: (xsuaa) => userClaims(xsuaa, typeof changes === 'function' ? changes(xsuaa) : changes),
  ...rest
})

export const clientWith = (
  name: string,
  changes: Claims | ((xsuaa: TestXsuaa) => Claims) = {},
  rest: Omit<RealToken, 'name' | 'claims'> = {}
): RealToken => ({
  name,
  claims: (xsuaa) =>
    technicalClaims(xsuaa, typeof changes === 'function' ? changes(xsuaa) : changes),
  ...rest
})

export const alice = { id: 'alice', tenant: TENANT, technical: false }
export const application = {
  id: 'system',
  technical: true,
  roles: roles('internal-user', 'system-user', 'uaa.resource')
}

import { EmulatorError } from '../emulator-error.js'
import type { MockUser } from '../types.js'
import { closest } from '../xs-security/closest.js'

/** A mocked user in one form, whatever forms CAP accepts. */
export interface ReadUser {
  /** The id of the user, which is the key of the entry unless it says another. */
  readonly name: string
  readonly password: string | undefined
  readonly tenant: string | undefined
  readonly roles: readonly string[]
  readonly attr: ReadonlyMap<string, string[]>
  /** Authorization policies. */
  readonly policies: readonly string[]
  readonly optionalRoles: boolean
}

/** Older spellings of CAP, which it still takes. */
interface Deprecated {
  readonly ID?: string
  readonly userAttributes?: object
  readonly jwt?: {
    readonly zid?: string
    readonly attributes?: object
    readonly userInfo?: object
    readonly scope?: readonly string[]
    readonly scopes?: readonly string[]
    readonly aud?: readonly string[]
  }
}

type Entry = MockUser & Deprecated

const KNOWN: Readonly<Record<keyof Entry, true>> = {
  id: true,
  password: true,
  roles: true,
  attr: true,
  tenant: true,
  features: true,
  policies: true,
  optionalRoles: true,
  ID: true,
  userAttributes: true,
  jwt: true
}

/** Names of the properties of a mocked user. */
export const USER_PROPERTIES = Object.keys(KNOWN)

const KNOWN_JWT: Readonly<Record<keyof NonNullable<Deprecated['jwt']>, true>> = {
  zid: true,
  attributes: true,
  userInfo: true,
  scope: true,
  scopes: true,
  aud: true
}

/**
 * Reads an entry of CAP's mocked users, with all that CAP reads of it.
 *
 * @param key - of the entry
 * @throws EmulatorError `ERR_EMULATOR_USERS`, also for a property that would have no effect
 * @see `@sap/cds/lib/srv/middlewares/auth/mocked-users.js`
 */
export function readMockUser(key: string, given: MockUser): ReadUser {
  if (!(given as unknown) || typeof given !== 'object') fail(key, 'must be an object')
  const entry = given as Entry
  const { password, jwt = {} } = entry
  checkNames(key, '', entry, KNOWN)
  checkNames(key, 'jwt.', jwt, KNOWN_JWT)
  if (password !== undefined && typeof password !== 'string') {
    fail(key, 'password must be a string')
  }
  const name = entry.ID ?? entry.id ?? key
  if (typeof name !== 'string' || !name) fail(key, 'id must be a text that is not empty')
  const tenant = jwt.zid ?? entry.tenant
  // the tenant is a label of the issuer's host name
  if (tenant !== undefined && !/^[a-z0-9-]{1,63}$/i.test(tenant)) {
    fail(key, 'tenant must be letters, digits and "-"')
  }
  const attr = { ...entry.attr, ...entry.userAttributes, ...jwt.attributes, ...jwt.userInfo }
  return {
    name,
    password: password || undefined,
    tenant: tenant ?? undefined,
    roles: [...readRoles(key, entry.roles), ...readScopes(key, jwt)],
    attr: readAttributes(key, attr),
    policies: readPolicies(key, entry.policies),
    optionalRoles: entry.optionalRoles ?? false
  }
}

function checkNames(key: string, path: string, entry: object, known: object): void {
  const unknown = Object.keys(entry).find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  const guess = closest(unknown, Object.keys(known))
  const hint = guess ? `did you mean "${guess}"?` : `there are ${Object.keys(known).join(', ')}`
  fail(key, `there is no property "${path}${unknown}": ${hint}`)
}

/** An array, or CAP's object notation. */
function readRoles(key: string, roles: MockUser['roles']): string[] {
  if (!roles) return []
  if (typeof roles !== 'object') fail(key, 'roles must be an array of strings')
  const list: unknown[] = Array.isArray(roles)
    ? roles
    : Object.entries(roles).flatMap(([role, isGranted]) => (isGranted ? [role] : []))
  return list.map((role) => (typeof role === 'string' ? role : fail(key, 'roles must be strings')))
}

/** Scopes are roles without the name of an application. */
function readScopes(key: string, jwt: NonNullable<Deprecated['jwt']>): string[] {
  const scopes: unknown = jwt.scope ?? jwt.scopes ?? []
  if (!Array.isArray(scopes)) fail(key, 'jwt.scopes must be an array of strings')
  const applications = jwt.aud ?? []
  return readRoles(key, scopes as string[]).map((scope) =>
    applications.reduce((role, each) => role.replace(`${each}.`, ''), scope)
  )
}

function readPolicies(key: string, policies: unknown): readonly string[] {
  const list: unknown[] = Array.isArray(policies) ? policies : policies === undefined ? [] : [null]
  if (list.every((policy) => typeof policy === 'string')) return list
  return fail(key, 'policies must be an array of strings')
}

/** XSUAA's attributes are arrays of strings, whatever their type in xs-security.json. */
function readAttributes(key: string, attr: object): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [attribute, value] of Object.entries(attr) as [string, unknown][]) {
    const list: unknown[] = Array.isArray(value) ? value : [value]
    const present = list.filter((item) => item !== null && item !== undefined)
    if (present.some((item) => typeof item === 'object' || typeof item === 'function')) {
      fail(key, `attr.${attribute} must be a string, number or boolean, or an array of them`)
    }
    if (present.length) values.set(attribute, present.map(String))
  }
  return values
}

/** @throws EmulatorError `ERR_EMULATOR_USERS` */
export function fail(key: string, problem: string): never {
  throw new EmulatorError('ERR_EMULATOR_USERS', `user "${key}": ${problem}`)
}

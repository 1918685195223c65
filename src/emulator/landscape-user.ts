import { randomUUID } from 'node:crypto'
import { EmulatorError } from './emulator-error.js'
import type { MockUser } from './types.js'
import type { SecurityDescriptor } from './xs-security/descriptor.js'
import {
  grantRoles,
  grantRolesOf,
  hasRole,
  type Grants,
  type OtherApplications
} from './xs-security/grant-roles.js'

/** A user of the emulated identity provider. */
export interface LandscapeUser {
  /** `user_name`; names are compared as they are, like CAP's mocked users. */
  name: string
  /** `undefined`: any password will do. */
  password: string | undefined
  /** `user_id`, the same GUID as long as the emulator runs. */
  id: string
  /** `user_uuid` of Identity Authentication, which all applications know the user by. */
  uuid: string
  tenant: string
  email: string
  givenName: string
  familyName: string
  /** Groups of the identity provider: attribute `groups`. */
  groups: string[]
  /** As configured. */
  roles: string[]
  /** With `$XSAPPNAME`. */
  scopes: string[]
  /** `xs.user.attributes` */
  attributes: Record<string, string[]>
  /** `xs.rolecollections` */
  roleCollections: string[]
  /** What the user has in other applications, by their names. */
  elsewhere: ReadonlyMap<string, Grants>
}

/** What users can have roles in. */
export interface Subaccount {
  descriptor: SecurityDescriptor | undefined
  /** Other applications. */
  applications: OtherApplications
}

/** Roles that CAP gives to every user by itself: no scope stands behind them. */
const PSEUDO_ROLES = new Set(['any', 'authenticated-user', 'identified-user'])

/**
 * Turns CAP's mocked users into users of the landscape.
 *
 * @throws EmulatorError `ERR_EMULATOR_USERS`
 */
export function createUsers(
  users: Readonly<Record<string, MockUser | string | boolean>>,
  subaccount: Subaccount,
  defaultTenant: string
): Map<string, LandscapeUser> {
  const map = new Map<string, LandscapeUser>()
  for (const [name, entry] of Object.entries(users)) {
    if (name === '*' || typeof entry === 'boolean') continue
    const user = typeof entry === 'string' ? { password: entry } : entry
    map.set(name, createUser(name, user, subaccount, defaultTenant))
  }
  return map
}

/**
 * Turns one of them into a user of the landscape.
 *
 * @throws EmulatorError `ERR_EMULATOR_USERS`
 */
export function createUser(
  name: string,
  user: MockUser,
  { descriptor, applications }: Subaccount,
  defaultTenant: string
): LandscapeUser {
  if (!(user as unknown) || typeof user !== 'object') fail(name, 'must be an object')
  const { password, tenant = defaultTenant } = user
  if (password !== undefined && typeof password !== 'string')
    fail(name, 'password must be a string')
  // the tenant is a label of the issuer's host name
  if (!/^[a-z0-9-]{1,63}$/i.test(tenant)) fail(name, 'tenant must be letters, digits and "-"')
  const roles = readRoles(name, user.roles)
  const values = readAttributes(name, user.attr)
  const granted = roles.filter(
    (role) => !PSEUDO_ROLES.has(role) && (!user.optionalRoles || hasRole(descriptor, role))
  )
  const holder = { name, roles: granted, values }
  return {
    name,
    password: password || undefined,
    id: randomUUID(),
    uuid: randomUUID(),
    tenant,
    ...describePerson(name, values),
    groups: values.get('groups') ?? [],
    roles,
    ...grantRoles(holder, descriptor, applications),
    elsewhere: new Map(
      [...applications.keys()].map((application) => [
        application,
        grantRolesOf(application, holder, descriptor, applications)
      ])
    )
  }
}

/** An array, or CAP's object notation. */
function readRoles(name: string, roles: MockUser['roles']): string[] {
  if (!roles) return []
  if (typeof roles !== 'object') fail(name, 'roles must be an array of strings')
  const list: unknown[] = Array.isArray(roles)
    ? roles
    : Object.entries(roles).flatMap(([role, isGranted]) => (isGranted ? [role] : []))
  return list.map((role) => (typeof role === 'string' ? role : fail(name, 'roles must be strings')))
}

/** XSUAA's attributes are arrays of strings, whatever their type in xs-security.json. */
function readAttributes(name: string, attr: MockUser['attr']): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [attribute, value] of Object.entries(attr ?? {})) {
    const list: unknown[] = Array.isArray(value) ? value : [value]
    const present = list.filter((item) => item !== null && item !== undefined)
    if (present.some((item) => typeof item === 'object' || typeof item === 'function')) {
      fail(name, `attr.${attribute} must be a string, number or boolean, or an array of them`)
    }
    if (present.length) values.set(attribute, present.map(String))
  }
  return values
}

/** Nobody configures personal data for a mocked user: a name such as `jane.doe` tells enough. */
function describePerson(name: string, values: ReadonlyMap<string, string[]>) {
  const [local = name] = name.split('@')
  const [given = '', ...family] = local
    .split(/[._-]+/)
    .filter(Boolean)
    .map(capitalize)
  const first = (attribute: string) => values.get(attribute)?.[0]
  return {
    email: first('email') ?? (name.includes('@') ? name : `${name}@example.com`),
    givenName: first('givenName') ?? given,
    familyName: first('familyName') ?? (family.join(' ') || 'Example')
  }
}

const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function fail(name: string, problem: string): never {
  throw new EmulatorError('ERR_EMULATOR_USERS', `user "${name}": ${problem}`)
}

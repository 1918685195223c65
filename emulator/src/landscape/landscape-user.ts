import { randomUUID } from 'node:crypto'
import { fail, readMockUser } from './mock-user.js'
import type { MockUser } from '../types.js'
import type { SecurityDescriptor } from '../xs-security/descriptor.js'
import {
  grantRoles,
  grantRolesOf,
  hasRole,
  type Grants,
  type OtherApplications
} from '../xs-security/grant-roles.js'

/** A user of the emulated identity provider. */
export interface LandscapeUser {
  /** `user_name`; names are compared as they are, like CAP's mocked users. */
  name: string
  /** `undefined`: any password will do. */
  password: string | undefined
  /** CAP's role for a technical user; such a user has a token without a user. */
  technical: 'internal-user' | 'system-user' | undefined
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
  /** The configured roles. */
  roles: string[]
  /** Scope names with `$XSAPPNAME`. */
  scopes: string[]
  /** `xs.user.attributes` */
  attributes: Record<string, string[]>
  /** `xs.rolecollections` */
  roleCollections: string[]
  /** Authorization policies. */
  policies: readonly string[]
  /** The roles of the user in other applications, by their names. */
  elsewhere: ReadonlyMap<string, Grants>
}

/** The applications in which users can have roles. */
export interface Subaccount {
  descriptor: SecurityDescriptor | undefined
  /** Other applications. */
  applications: OtherApplications
}

/** Roles that CAP gives to every user by itself: no scope stands behind them. */
const PSEUDO_ROLES = new Set(['any', 'authenticated-user', 'identified-user'])

/** CAP's roles of technical users: a token without a user stands behind them. */
const TECHNICAL_ROLES = ['internal-user', 'system-user'] as const

/**
 * Turns CAP's mocked users into users of the landscape, by the names with which they log on: the key of the entry, and the id
 * where it has one.
 *
 * @throws EmulatorError `ERR_EMULATOR_USERS`
 */
export function createUsers(
  users: Readonly<Record<string, MockUser | string | boolean>>,
  subaccount: Subaccount,
  defaultTenant: string
): Map<string, LandscapeUser> {
  const map = new Map<string, LandscapeUser>()
  for (const [key, entry] of Object.entries(users)) {
    if (key === '*' || entry === false) continue
    const given = typeof entry === 'string' ? { password: entry } : entry === true ? {} : entry
    const user = createUser(key, given, subaccount, defaultTenant)
    const other = map.get(key) ?? map.get(user.name)
    if (other) fail(key, `"${other.name}" is another user as well`)
    map.set(key, user).set(user.name, user)
  }
  return map
}

/**
 * Turns one of them into a user of the landscape.
 *
 * @throws EmulatorError `ERR_EMULATOR_USERS`
 */
export function createUser(
  key: string,
  given: MockUser,
  { descriptor, applications }: Subaccount,
  defaultTenant: string
): LandscapeUser {
  const user = readMockUser(key, given)
  const { name, password, roles, attr: values, tenant = defaultTenant } = user
  const technical = TECHNICAL_ROLES.find((role) => roles.includes(role))
  const granted = roles.filter(
    (role) =>
      !PSEUDO_ROLES.has(role) &&
      !(TECHNICAL_ROLES as readonly string[]).includes(role) &&
      (!user.optionalRoles || hasRole(descriptor, role))
  )
  const holder = { name, roles: granted, values }
  return {
    name,
    password,
    technical,
    id: randomUUID(),
    uuid: randomUUID(),
    tenant,
    ...describePerson(name, values),
    groups: values.get('groups') ?? [],
    roles: [...roles],
    policies: user.policies,
    ...grantRoles(holder, descriptor, applications),
    elsewhere: new Map(
      [...applications.keys()].map((application) => [
        application,
        grantRolesOf(application, holder, descriptor, applications)
      ])
    )
  }
}

/** Derives personal data from a name such as `jane.doe`: mocked users have none configured. */
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

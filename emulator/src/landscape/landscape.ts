import { randomBytes, randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { Clock } from './clock.js'
import { createClients, type Client, type Clients } from './clients.js'
import { EmulatorError } from '../emulator-error.js'
import { createUser, createUsers, type LandscapeUser } from './landscape-user.js'
import type { EmulatorOptions, LocatedOptions, MockUser } from '../types.js'
import { fullName } from '../xs-security/granted-scopes.js'
import { readDescriptor } from '../xs-security/read-descriptor.js'

/** Names that log on, and are nobody's. */
const MAX_GUESTS = 10_000

/** Names that a user can have; CAP's own ones are nobody's. */
// eslint-disable-next-line no-control-regex -- control characters are what it leaves out
const GUEST_NAME = /^(?!(?:anonymous|system|privileged|\*)$)[^\u0000-\u001f\u007f]{1,255}$/

export type { Client } from './clients.js'

/** The parts that exist before the first server listens: tenants, users, clients. */
export interface Landscape extends Clients {
  /** Everything that has a validity goes by it. */
  clock: Clock
  /** Provider tenant. */
  tenant: string
  /** Tenant → subdomain. */
  subdomains: ReadonlyMap<string, string>
  /** Those of `users`, by name. */
  users: ReadonlyMap<string, LandscapeUser>
  /** Users that nobody has configured, as they log on; `undefined` where `users` has no `*`. */
  guests: LRUCache<string, LandscapeUser> | undefined
  /** Any user of the provider tenant, such as one that comes from elsewhere: what the roles come to. */
  describeUser: (name: string, user: MockUser) => LandscapeUser
  /** Those of `tenants`, by tenant and name. */
  subscribers: ReadonlyMap<string, ReadonlyMap<string, LandscapeUser>>
  /** Name of the application in certificates of its workload. */
  spiffeId: string
  /** Value of `rev_sig`; UAA derives it from user and client, here nobody looks into it. */
  revocationSignature: string
}

/**
 * Builds the landscape; every id and secret is new.
 *
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`, `ERR_EMULATOR_USERS`, `ERR_EMULATOR_OPTIONS`
 */
export function createLandscape(options: LocatedOptions): Landscape {
  const { xsappname, descriptor } = readDescriptor(options.root, options.xsSecurity)
  const tenant: string = randomUUID()
  const clients = createClients(options, xsappname, descriptor)
  const subaccount = { descriptor, applications: clients.applications }
  const users = createUsers(options.users ?? {}, subaccount, tenant)
  if (descriptor?.tenantMode === 'dedicated') checkDedicated(options, users, tenant)
  const subscribers = new Map(
    Object.entries(options.tenants ?? {}).map(([id, { users: own = {} }]) => [
      id,
      createUsers(own, subaccount, id)
    ])
  )
  return {
    clock: new Clock(),
    tenant,
    subdomains: createSubdomains(options, tenant, xsappname, users),
    users,
    guests: options.users?.['*'] ? new LRUCache({ max: MAX_GUESTS }) : undefined,
    describeUser: (name, user) => createUser(name, user, subaccount, tenant),
    subscribers,
    ...clients,
    spiffeId: `spiffe://emulated.localhost/${xsappname}`,
    revocationSignature: randomBytes(4).toString('hex')
  }
}

/** Refuses subscribers, and users of other tenants than the provider's. */
function checkDedicated(
  { tenants = {} }: EmulatorOptions,
  users: ReadonlyMap<string, LandscapeUser>,
  provider: string
): void {
  const foreign = [...users].find(([, { tenant }]) => tenant !== provider)
  if (!foreign && !Object.keys(tenants).length) return
  const place = foreign ? `users.${foreign[0]}.tenant` : 'tenants'
  const text = `${place}: with "tenant-mode": "dedicated" in xs-security.json nobody can subscribe, use "shared"`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

/**
 * Returns the user who logs on with that name: one that is configured, or, as with CAP's mocked users, anybody where `users` has
 * a `*`.
 */
export function logOn(landscape: Landscape, name: string, tenant?: string) {
  const user = findUser(landscape, name, tenant)
  const { guests, users } = landscape
  const isOwnTenant = tenant === undefined || tenant === landscape.tenant
  if (user || !guests || !isOwnTenant || users.has(name) || !GUEST_NAME.test(name)) return user
  const guest = guests.get(name) ?? landscape.describeUser(name, {})
  guests.set(name, guest)
  return guest
}

/**
 * The user of a name in a tenant; without one, that of the provider's own users, who may belong to a subscriber.
 */
export function findUser(
  { users, subscribers }: Landscape,
  name: string,
  tenant?: string
): LandscapeUser | undefined {
  const user = users.get(name)
  if (tenant === undefined) return user
  return subscribers.get(tenant)?.get(name) ?? (user?.tenant === tenant ? user : undefined)
}

/** Returns everybody who is configured, in whatever tenant, once each. */
export function allUsers({ users, subscribers }: Landscape): LandscapeUser[] {
  return [...new Set([users, ...subscribers.values()].flatMap((each) => [...each.values()]))]
}

/** The user with this `user_id` of XSUAA; names can be the same in several tenants. */
export function findUserById(landscape: Landscape, id: unknown): LandscapeUser | undefined {
  return withGuests(landscape).find((user) => user.id === id)
}

/** The user with this `user_uuid` of Identity Authentication. */
export function findUserByUuid(landscape: Landscape, uuid: unknown): LandscapeUser | undefined {
  return withGuests(landscape).find((user) => user.uuid === uuid)
}

function withGuests(landscape: Landscape): LandscapeUser[] {
  return [...allUsers(landscape), ...(landscape.guests?.values() ?? [])]
}

/** The tenant of a subdomain. */
export function tenantOfSubdomain({ subdomains }: Landscape, subdomain: string) {
  return [...subdomains].find(([, each]) => each === subdomain)?.[0]
}

/** `$XSAPPNAME` in a scope becomes the name of the application. */
export function resolveScope({ clients }: Landscape, scope: string): string {
  return fullName(clients.xsuaa, scope)
}

/** Each is a label of host names: of the provider, of the tenants, and of those that only users name. */
function createSubdomains(
  options: EmulatorOptions,
  provider: string,
  xsappname: string,
  users: ReadonlyMap<string, LandscapeUser>
): Map<string, string> {
  const subdomains = new Map([[provider, toSubdomain(xsappname)]])
  for (const [id, { subdomain = id.toLowerCase() }] of Object.entries(options.tenants ?? {})) {
    checkLabel(id, `tenants.${id}: a tenant id`)
    checkLabel(subdomain, `tenants.${id}.subdomain: a subdomain`)
    if ([...subdomains.values()].includes(subdomain)) {
      const text = `tenants.${id}.subdomain: "${subdomain}" is another tenant's, use another one`
      throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
    }
    subdomains.set(id, subdomain)
  }
  for (const { tenant } of users.values()) {
    if (!subdomains.has(tenant)) subdomains.set(tenant, tenant.toLowerCase())
  }
  return subdomains
}

function checkLabel(label: string, what: string): void {
  if (/^[a-z0-9-]{1,63}$/i.test(label)) return
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${what} must be letters, digits and "-"`)
}

const toSubdomain = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '') || 'application'

/** The client's share of a landscape: whether it stands for an application, or for a service that it uses. */
export function isApplication({ clients, applications }: Landscape, { id }: Client): boolean {
  return [clients.xsuaa, ...applications.values()].some((each) => each.id === id)
}

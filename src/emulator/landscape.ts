import { randomBytes, randomUUID } from 'node:crypto'
import { EmulatorError } from './emulator-error.js'
import { createUser, createUsers, type LandscapeUser } from './landscape-user.js'
import type { EmulatorOptions, MockUser } from './types.js'
import type { SecurityDescriptor } from './xs-security/descriptor.js'
import { readDescriptor } from './xs-security/read-descriptor.js'

/** An OAuth client: a service binding. */
export interface Client {
  service: 'xsuaa' | 'destination' | 'connectivity'
  /** `sb-<xsappname>` */
  id: string
  /** 256 random bits, new on every start. */
  secret: string
  /** With suffix: `maintenance!t1`. */
  xsappname: string
  /** GUID of the service instance. */
  instanceId: string
  /** Scopes of its technical tokens, with `$XSAPPNAME`. */
  authorities: string[]
  /** `undefined`: all. */
  grantTypes: readonly string[] | undefined
  /** Seconds. */
  tokenValidity: number
  /** Seconds. */
  refreshTokenValidity: number
}

/** What exists before the first server listens: tenants, users, clients. */
export interface Landscape {
  /** Provider tenant. */
  tenant: string
  /** Tenant → subdomain. */
  subdomains: ReadonlyMap<string, string>
  users: ReadonlyMap<string, LandscapeUser>
  /** Any user of the provider tenant, such as one that comes from elsewhere: what the roles come to. */
  describeUser: (name: string, user: MockUser) => LandscapeUser
  /** One for each binding; all of them belong to the provider tenant. */
  clients: Record<Client['service'], Client>
  /** Value of `rev_sig`; UAA derives it from user and client, here nobody looks into it. */
  revocationSignature: string
}

/**
 * Builds the landscape; every id and secret is new.
 *
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`, `ERR_EMULATOR_USERS`, `ERR_EMULATOR_OPTIONS`
 */
export function createLandscape(options: EmulatorOptions): Landscape {
  const { xsappname, descriptor } = readDescriptor(options.root, options.xsSecurity)
  const tenant: string = randomUUID()
  const users = createUsers(options.users, descriptor, tenant)
  const subdomains = new Map([[tenant, toSubdomain(xsappname)]])
  const subscribers = [...users.values()].map((user) => user.tenant)
  for (const id of [...subscribers, ...tenantIds(options)]) {
    if (id !== tenant) subdomains.set(id, id.toLowerCase())
  }
  return {
    tenant,
    subdomains,
    users,
    describeUser: (name, user) => createUser(name, user, descriptor, tenant),
    clients: {
      xsuaa: createApplicationClient(`${xsappname}!t1`, descriptor),
      destination: createServiceClient('destination', 'destination-xsappname!b1'),
      connectivity: createServiceClient('connectivity', 'connectivity!b1')
    },
    revocationSignature: randomBytes(4).toString('hex')
  }
}

/** `$XSAPPNAME` in a scope becomes the name of the application. */
export function resolveScope(landscape: Landscape, scope: string): string {
  return scope.replace(/^\$XSAPPNAME(?=\.)/, () => landscape.clients.xsuaa.xsappname)
}

/** Like a user's tenant, each becomes a label of a host name. */
function tenantIds({ tenants = {} }: EmulatorOptions): string[] {
  for (const id of Object.keys(tenants)) {
    if (/^[a-z0-9-]{1,63}$/i.test(id)) continue
    const text = `tenants.${id}: a tenant id must be letters, digits and "-"`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  return Object.keys(tenants)
}

function createApplicationClient(
  xsappname: string,
  descriptor: SecurityDescriptor | undefined
): Client {
  return {
    ...createClient('xsuaa', `sb-${xsappname}`, xsappname),
    authorities: ['uaa.resource', ...(descriptor?.authorities ?? [])],
    grantTypes: descriptor?.grantTypes,
    ...(descriptor && {
      tokenValidity: descriptor.tokenValidity,
      refreshTokenValidity: descriptor.refreshTokenValidity
    })
  }
}

function createServiceClient(service: 'destination' | 'connectivity', broker: string): Client {
  const xsappname = `${randomUUID()}!b1|${broker}`
  return createClient(service, `sb-${xsappname}`, xsappname)
}

function createClient(service: Client['service'], id: string, xsappname: string): Client {
  return {
    service,
    id,
    secret: randomBytes(32).toString('base64url'),
    xsappname,
    instanceId: randomUUID(),
    authorities: ['uaa.resource'],
    grantTypes: undefined,
    tokenValidity: 43_200,
    refreshTokenValidity: 604_800
  }
}

const toSubdomain = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, '') || 'application'

import { randomBytes, randomUUID } from 'node:crypto'
import type { BindingCertificate } from '../certificates/binding-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import { JOB_SCHEDULER, schedulerClient } from '../job-scheduler/scheduler-client.js'
import type { CredentialType, EmulatorOptions, LocatedOptions } from '../types.js'
import type { SecurityDescriptor } from '../xs-security/descriptor.js'
import {
  checkForeignScopes,
  technicalScopes,
  type Application
} from '../xs-security/granted-scopes.js'
import { DEFAULT_REDIRECT_URIS } from '../xsuaa/authorize/redirect-uri.js'
import { readOtherDescriptor } from '../xs-security/read-descriptor.js'

/** The services that every landscape has. */
type OwnService = 'xsuaa' | 'destination' | 'connectivity'

/** An OAuth client: a service binding. */
export interface Client extends Application {
  service: OwnService | 'jobscheduler'
  /** `sb-<xsappname>` */
  id: string
  /** 256 random bits, new on every start. */
  secret: string
  /** Value of `credential-type` in its binding. */
  credentialType: string
  /** Instead of the secret, for the type `x509`; it is there once the emulator listens. */
  certificate: BindingCertificate | undefined
  /** GUID of the service instance. */
  instanceId: string
  /** Scopes of its technical tokens, by their full names. */
  authorities: string[]
  /** `undefined`: all. */
  grantTypes: readonly string[] | undefined
  /** The URIs that authorization codes may be sent to. */
  redirectUris: readonly string[]
  /** Seconds. */
  tokenValidity: number
  /** Seconds. */
  refreshTokenValidity: number
}

/** The application's own clients by service, and those of other applications by name. */
export interface Clients {
  clients: Record<OwnService, Client>
  applications: ReadonlyMap<string, Client>
}

/**
 * The clients of a subaccount; every id and secret is new.
 *
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`, `ERR_EMULATOR_OPTIONS`
 */
export function createClients(
  options: LocatedOptions,
  xsappname: string,
  descriptor: SecurityDescriptor | undefined
): Clients {
  const types = options.credentialTypes ?? {}
  const xsuaa = createApplicationClient(`${xsappname}!t1`, xsappname, descriptor, types.xsuaa)
  const applications = new Map<string, Client>()
  for (const [name, { xsSecurity, instance = name }] of Object.entries(
    options.applications ?? {}
  )) {
    if (!/^[\w-]+$/.test(name)) {
      const text = `applications.${name}: a name must be letters, digits, "-" and "_"`
      throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
    }
    const other = readOtherDescriptor(options.root, name, xsSecurity)
    const id = `${other.xsappname}!t${applications.size + 2}`
    applications.set(name, createApplicationClient(id, instance, other))
  }
  const scheduler = createSchedulerClient(options)
  if (scheduler) applications.set(JOB_SCHEDULER, scheduler)
  const all = [xsuaa, ...applications.values()]
  for (const each of all) {
    const others = all.filter((other) => other !== each)
    checkForeignScopes(each, others)
    each.authorities = ['uaa.resource', ...technicalScopes(each, others)]
  }
  return {
    clients: {
      xsuaa,
      destination: createServiceClient('destination', 'destination-xsappname!b1', types),
      connectivity: createServiceClient('connectivity', 'connectivity!b1', types)
    },
    applications
  }
}

/** The client with this id. */
export function findClient({ clients, applications }: Clients, id: string): Client | undefined {
  return [...Object.values(clients), ...applications.values()].find((client) => client.id === id)
}

/** True if users of an identity provider may log on to a client. Without `allowedproviders`, all may. */
export function allowsProvider({ descriptor }: Client, origin: string): boolean {
  return descriptor?.oauth2.allowedProviders?.includes(origin) ?? true
}

function createApplicationClient(
  xsappname: string,
  instanceName: string,
  descriptor: SecurityDescriptor | undefined,
  credentialType?: CredentialType
): Client {
  const redirectUris = descriptor?.oauth2.redirectUris
  const type = credentialType ?? descriptor?.oauth2.credentialTypes[0]
  return {
    ...createClient('xsuaa', `sb-${xsappname}`, xsappname, type),
    instanceName,
    descriptor,
    grantTypes: descriptor?.oauth2.grantTypes,
    redirectUris: redirectUris?.length ? redirectUris : DEFAULT_REDIRECT_URIS,
    ...(descriptor && {
      tokenValidity: descriptor.oauth2.tokenValidity,
      refreshTokenValidity: descriptor.oauth2.refreshTokenValidity
    })
  }
}

/** One of a service, and yet with scopes of applications: those that they grant to its instance. */
function createSchedulerClient(options: LocatedOptions): Client | undefined {
  const found = schedulerClient(options)
  if (!found) return undefined
  const { xsappname, instance, xsSecurity } = found
  const descriptor = readOtherDescriptor(options.root, JOB_SCHEDULER, xsSecurity)
  const client = createApplicationClient(xsappname, instance, descriptor)
  return { ...client, service: JOB_SCHEDULER }
}

function createServiceClient(
  service: 'destination' | 'connectivity',
  broker: string,
  types: NonNullable<EmulatorOptions['credentialTypes']>
): Client {
  const xsappname = `${randomUUID()}!b1|${broker}`
  return createClient(service, `sb-${xsappname}`, xsappname, types[service])
}

function createClient(
  service: Client['service'],
  id: string,
  xsappname: string,
  credentialType = 'binding-secret'
): Client {
  return {
    service,
    id,
    credentialType,
    secret: randomBytes(32).toString('base64url'),
    certificate: undefined,
    xsappname,
    instanceName: service,
    descriptor: undefined,
    instanceId: randomUUID(),
    authorities: ['uaa.resource'],
    grantTypes: undefined,
    redirectUris: [],
    tokenValidity: 43_200,
    refreshTokenValidity: 604_800
  }
}

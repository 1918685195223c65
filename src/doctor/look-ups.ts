import type { Service } from '@sap-cloud-sdk/connectivity'

import type { RemoteOptions } from '../cap-remote-types.js'
import { isInEnvironment } from '../destination/look-up/find.js'
import { lookUpOf } from '../destination/look-up/options.js'
import { notFound } from '../destination/look-up/not-found.js'
import { find, findCertificate, type LookupScope } from '../destination/look-up/service.js'
import { claimsOf } from '../destination/tokens/lifetime.js'
import type { DestinationError } from '../errors.js'
import { nearestName } from '../lib/wording/closest.js'
import { asJson, type ExportedDestination, type Json } from './exports.js'

/** Destination as it was found, or the reason why it was not. */
export interface SeenDestination {
  readonly name: string
  /** Its configuration; `undefined` if it was not found or not looked up. */
  readonly configuration: Json | undefined
  /** Place where it was found. */
  readonly place?: string | undefined
  readonly certificates: readonly Json[]
  /** Error of a look-up that has searched every place. */
  readonly missing?: DestinationError
  /** Name that was probably meant. */
  readonly similar?: string | undefined
  /** Reason why it could not be looked up. */
  readonly reason?: string
}

/** Required service that is called over HTTP. */
export interface UsedService {
  readonly name: string
  readonly options: RemoteOptions & Json
  /** Name of its destination; `undefined` for one with a `url` or a binding of its own. */
  readonly destination: string | undefined
}

interface LookUps {
  readonly services: readonly UsedService[]
  readonly exported: readonly ExportedDestination[] | undefined
  readonly bindings: readonly Service[] | undefined
  readonly isOnline: boolean
  readonly token: string | undefined
}

/** Looks up every destination in use: in the export, in the environment, else in the Destination service. */
export async function lookUpAll(sources: LookUps): Promise<Map<string, SeenDestination>> {
  const seen = new Map<string, SeenDestination>()
  for (const service of sources.services) {
    const { destination } = service
    if (destination !== undefined && !seen.has(destination)) {
      seen.set(destination, await lookUp(destination, service, sources))
    }
  }
  return seen
}

function lookUp(
  name: string,
  service: UsedService,
  sources: LookUps
): Promise<SeenDestination> | SeenDestination {
  const { exported, bindings, isOnline, token } = sources
  if (exported) return inExport(name, exported)
  if (isInEnvironment(name)) return inEnvironment(name)
  const bound = bindings?.find(({ label }) => label === 'destination')
  if (!isOnline) return notSeen(name, 'its configuration was not given (--destinations <file>)')
  if (!bound) return notSeen(name, 'no Destination service is bound')
  return inService(name, service, bound, token)
}

function notSeen(name: string, reason: string): SeenDestination {
  return { name, configuration: undefined, certificates: [], reason }
}

function inExport(name: string, exported: readonly ExportedDestination[]): SeenDestination {
  const found = exported.find((each) => each.name === name)
  if (found) return { ...found, place: found.place ?? 'the export' }
  const similar = nearestName(
    name,
    exported.map((each) => each.name)
  )
  return { name, configuration: undefined, certificates: [], similar }
}

/** Properties of a destination that the Cloud SDK names differently; entries of the environment have either names. */
const NAMES = {
  url: 'URL',
  authentication: 'Authentication',
  proxyType: 'ProxyType',
  username: 'User',
  password: 'Password',
  cloudConnectorLocationId: 'CloudConnectorLocationId'
}

const ENVIRONMENT = 'the environment variable "destinations"'

function inEnvironment(name: string): SeenDestination {
  const list = JSON.parse(process.env['destinations'] ?? '[]') as Json[]
  const own = list.find((each) => (each['name'] ?? each['Name']) === name) ?? {}
  const renamed = Object.entries(NAMES).map(([from, to]) => [to, own[to] ?? own[from]] as const)
  const known = renamed.filter(([, value]) => value !== undefined)
  const configuration = { Name: name, ...own, ...Object.fromEntries(known) }
  return { name, configuration, certificates: [], place: ENVIRONMENT }
}

/** True if a service names a destination that is not in the environment, so that the Destination service is asked for it. */
export function needsDestinationService(
  { destination }: UsedService,
  destinations: ReadonlyMap<string, SeenDestination>
): boolean {
  return destination !== undefined && destinations.get(destination)?.place !== ENVIRONMENT
}

/** Asks the Destination service in the tenant of the token first, and then in the provider's. */
async function inService(
  name: string,
  { options }: UsedService,
  service: Service,
  token: string | undefined
): Promise<SeenDestination> {
  const own = tenantOf(token)
  const isSubscriber = own !== undefined && own !== service.credentials['tenantid']
  const lookUp = lookUpOf(asJson(options.destinationOptions))
  try {
    for (const tenant of isSubscriber ? [own, undefined] : [undefined]) {
      const found = await find({ service, tenant, lookUp }, name)
      if (!found) continue
      const level = asJson(found.owner)['InstanceId'] ? 'service instance' : 'subaccount'
      const place = `the ${level} of the ${tenant ? 'subscriber' : 'provider'}`
      const configuration: Json = found.destinationConfiguration
      const certificates = await certificatesOf(configuration, { service, tenant })
      return { name, configuration, place, certificates }
    }
    const strategy = isSubscriber ? 'subscriberFirst' : 'alwaysProvider'
    const scope = { service, name, strategy, own: isSubscriber ? own : undefined } as const
    const missing = await notFound({ ...scope, options: asJson(options.destinationOptions) })
    return { name, configuration: undefined, certificates: [], missing }
  } catch (error) {
    return notSeen(name, `the Destination service can't be asked: ${(error as Error).message}`)
  }
}

/** Returns the key stores and trusted certificates that a destination names; of one that is not there, only the name. */
async function certificatesOf(configuration: Json, scope: LookupScope): Promise<Json[]> {
  const names = ['KeyStoreLocation', 'TrustStoreLocation'].map((each) => configuration[each])
  const found = names.map(async (name) =>
    typeof name === 'string' ? [{ Name: name, ...asJson(await findCertificate(scope, name)) }] : []
  )
  return (await Promise.all(found)).flat()
}

function tenantOf(token: string | undefined): string | undefined {
  const claims = token === undefined ? {} : (claimsOf(token) ?? {})
  const tenant = claims['zid'] ?? claims['app_tid']
  return typeof tenant === 'string' ? tenant : undefined
}

import type { Service } from '@sap-cloud-sdk/connectivity'

import type { RemoteOptions } from '../cap-remote-types.js'
import { isUserBound } from '../destination/authentication-types.js'
import { isInEnvironment, leadsAway, type Search, searchFor } from '../destination/look-up/find.js'
import { lookUpOf } from '../destination/look-up/options.js'
import { type FailedLookUp, notFound } from '../destination/look-up/not-found.js'
import { parseDestination } from '../destination/look-up/parse.js'
import {
  configurationKey,
  find,
  findCertificate,
  type LookupScope
} from '../destination/look-up/service.js'
import { claimsOf } from '../destination/tokens/lifetime.js'
import type { DestinationError } from '../errors.js'
import { decidesCalls } from '../lib/adoption.js'
import { nearestName } from '../lib/wording/closest.js'
import { callingPrincipal } from '../remote/policy/caller.js'
import type { OnBehalfOf } from '../remote/policy/options.js'
import { isTechnicalGrant } from '../token/claims.js'
import { isTechnicalIasToken } from '../user/ias-profile.js'
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

/** Look-ups in the Destination service, by everything that decides what it answers. */
type Asked = Map<string, Promise<SeenDestination>>

/**
 * Looks up the destination of every required service: in the export, in the environment, else in the Destination service,
 * which is asked once for services whose calls have the same look-up.
 *
 * @returns destinations by the name of the required service
 */
export async function lookUpAll(sources: LookUps): Promise<Map<string, SeenDestination>> {
  const seen = new Map<string, SeenDestination>()
  const asked: Asked = new Map()
  for (const service of sources.services) {
    const { name, destination } = service
    if (destination !== undefined)
      seen.set(name, await lookUp(destination, service, sources, asked))
  }
  return seen
}

function lookUp(
  name: string,
  service: UsedService,
  sources: LookUps,
  asked: Asked
): Promise<SeenDestination> | SeenDestination {
  const { exported, bindings, isOnline, token } = sources
  if (exported) return inExport(name, exported)
  if (isInEnvironment(name)) return inEnvironment(name)
  const bound = bindings?.find(({ label }) => label === 'destination')
  if (!isOnline) return notSeen(name, 'its configuration was not given (--destinations <file>)')
  if (!bound) return notSeen(name, 'no Destination service is bound')
  return inService(name, service, { bound, token, asked })
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
  { name, destination }: UsedService,
  destinations: ReadonlyMap<string, SeenDestination>
): boolean {
  return destination !== undefined && destinations.get(name)?.place !== ENVIRONMENT
}

/** Asks the Destination service in the tenants in which a call with the token does. */
async function inService(
  name: string,
  used: UsedService,
  { bound, token, asked }: { bound: Service; token: string | undefined; asked: Asked }
): Promise<SeenDestination> {
  const options = asJson(used.options.destinationOptions)
  const lookUp = lookUpOf(options)
  try {
    const search = searchOf(used, bound, token)
    const scopes = search.tenants.map((tenant) => ({ service: bound, tenant, lookUp }))
    const key = JSON.stringify([search, scopes.map((scope) => configurationKey(scope, name))])
    const answer = asked.get(key) ?? seenIn(scopes, { ...search, service: bound, name, options })
    asked.set(key, answer)
    return await answer
  } catch (error) {
    return notSeen(name, `the Destination service can't be asked: ${(error as Error).message}`)
  }
}

/** Returns the destination of the first scope that has it, if a call uses that one; else the error of the call. */
async function seenIn(
  scopes: readonly LookupScope[],
  search: Search & FailedLookUp
): Promise<SeenDestination> {
  const { name } = search
  for (const scope of scopes) {
    const { tenant } = scope
    const found = await find(scope, name)
    if (!found) continue
    if (leadsAway(search, tenant, isUserBound(await parseDestination(found)))) break
    const level = asJson(found.owner)['InstanceId'] ? 'service instance' : 'subaccount'
    const place = `the ${level} of the ${tenant ? 'subscriber' : 'provider'}`
    const configuration: Json = found.destinationConfiguration
    const certificates = await certificatesOf(configuration, scope)
    return { name, configuration, place, certificates }
  }
  const missing = await notFound(search)
  return { name, configuration: undefined, certificates: [], missing }
}

/** Returns the key stores and trusted certificates that a destination names; of one that is not there, only the name. */
async function certificatesOf(configuration: Json, scope: LookupScope): Promise<Json[]> {
  const names = ['KeyStoreLocation', 'TrustStoreLocation'].map((each) => configuration[each])
  const found = names.map(async (name) =>
    typeof name === 'string' ? [{ Name: name, ...asJson(await findCertificate(scope, name)) }] : []
  )
  return (await Promise.all(found)).flat()
}

/** Returns where a call of a service looks for its destination while a request with the token is handled. */
function searchOf(
  { name, options }: UsedService,
  service: Service,
  token: string | undefined
): Search {
  const onBehalfOf = options.onBehalfOf as OnBehalfOf | undefined
  const destinationOptions = asJson(options.destinationOptions)
  const claims = (token === undefined ? undefined : claimsOf(token)) ?? {}
  const claim = claims['zid'] ?? claims['app_tid']
  const tenant = typeof claim === 'string' ? claim : undefined
  // where CAP decides about the call, it looks for a user's destination as this package does for a technical user
  const isNamed = onBehalfOf === 'namedUser' || (decidesCalls(options) && !isTechnical(claims))
  const caller = callingPrincipal(
    { name, onBehalfOf, destinationOptions },
    isNamed ? { ...NAMED, tenant } : { kind: 'technical', origin: 'token', tenant },
    tenant
  )
  return searchFor(service, caller.principal, caller.options, caller.tenant)
}

/** A user whose token is looked at elsewhere. */
const NAMED = {
  kind: 'named',
  userId: '',
  issuer: '',
  bearerToken: '',
  expiresAt: Number.POSITIVE_INFINITY
} as const

function isTechnical(claims: Json): boolean {
  return isTechnicalGrant(claims) || isTechnicalIasToken(claims)
}

import type { DestinationJson, Service } from '@sap-cloud-sdk/connectivity'

import { correlationHeaders } from '../../lib/inbound-credential.js'
import { FetchError, fetchJson } from '../../lib/fetch-json.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import { type LookUp, lookUpHeaders } from './options.js'
import { renewedServiceToken, serviceTokenOf } from '../tokens/service.js'

/** Milliseconds for one answer: the service asks token services itself. */
const DEADLINE = 10_000

/** Service, tenant and options of a look-up. */
export interface LookupScope {
  /** The bound Destination service. */
  readonly service: Service
  /** Tenant of the look-up; `undefined` is the provider's. */
  readonly tenant: string | undefined
  /** Options of the look-up. Default: no fragments, every level. */
  readonly lookUp?: LookUp
}

/** Returns the tenant that has the destination: with a level of the provider, that is the provider. @internal */
export function ownerTenant({ tenant, lookUp }: LookupScope): string | undefined {
  return lookUp?.level?.startsWith('provider') ? undefined : tenant
}

/** Returns the parts of a key that identify a bound service. @internal */
export function serviceKey({ credentials }: Service): string[] {
  return [String(credentials['uri']), credentials.clientid]
}

/**
 * Returns the key of a configuration: everything that decides which one the Destination service answers with.
 *
 * @internal
 */
export function configurationKey(
  { service, tenant, lookUp }: LookupScope,
  name: string
): (string | undefined)[] {
  const { level, fragments, optional } = lookUp ?? {}
  const own = [name, level, fragments, optional ? 'optional' : undefined]
  return [...serviceKey(service), tenant, ...own]
}

type Headers = Readonly<Record<string, string>>

/** Headers that say for whom tokens are retrieved. */
export type RetrievalHeaders = Headers

/**
 * Calls "Find destination" of the Destination service in exactly this tenant: the instance's
 * destination, else the subaccount's; with a level, the destination of this level.
 *
 * @param retrieval - `undefined`: the configuration only, and no token is retrieved anywhere
 * @returns `undefined` when there is no destination of that name
 * @throws {@link FetchError}
 * @see https://api.sap.com/api/SAP_CP_CF_Connectivity_Destination, "Find a destination"
 * @internal
 */
export async function find(
  scope: LookupScope,
  name: string,
  retrieval?: RetrievalHeaders
): Promise<DestinationJson | undefined> {
  const { lookUp = {} } = scope
  const own = encodeURIComponent(name)
  const path = lookUp.level ? `v2/destinations/${own}@${lookUp.level}` : `v1/destinations/${own}`
  const headers = lookUpHeaders(lookUp)
  const found = retrieval
    ? await get(scope, path, { ...headers, ...retrieval })
    : await get(scope, `${path}?$skipTokenRetrieval=true`, headers)
  if (found === undefined || isDestination(found)) return found
  throw new FetchError('unexpected', 'the answer is no destination')
}

/**
 * Fetches a trusted certificate (`TrustStoreLocation`) of the subaccount or the instance.
 *
 * @internal
 */
export async function findCertificate(scope: LookupScope, name: string): Promise<unknown> {
  const path = encodeURIComponent(name)
  const owner = { ...scope, tenant: ownerTenant(scope) }
  return (
    (await get(owner, `v1/subaccountCertificates/${path}`)) ??
    (await get(owner, `v1/instanceCertificates/${path}`))
  )
}

/** Milliseconds for a list of names, for which an error waits. */
const NAMES_DEADLINE = 3_000

/** Returns the names of destinations on a level of a tenant, and nothing else of them. @internal */
export async function destinationNames(
  { service, tenant }: LookupScope,
  level: 'subaccount' | 'instance'
): Promise<string[]> {
  const found = await get({ service, tenant }, `v1/${level}Destinations`, {}, NAMES_DEADLINE)
  const all: unknown[] = Array.isArray(found) ? found : []
  return all.flatMap((each) => {
    const { Name: name } = Object(each) as { Name?: unknown }
    return typeof name === 'string' ? [name] : []
  })
}

/** Failed call of the Destination service, with the name of the call for messages. */
export class DestinationServiceError extends FetchError {
  readonly call: string

  constructor(call: string, { reason, message, status }: FetchError) {
    super(reason, `Destination service: ${message}`, status)
    this.call = call
  }
}

/**
 * Sends a request. Returns `undefined` for 404; repeats it once with a new token of the application
 * after 401.
 */
async function get(
  { service, tenant }: LookupScope,
  path: string,
  headers: Headers = {},
  deadline = DEADLINE
): Promise<unknown> {
  const url = `${String(service.credentials['uri']).replace(/\/+$/, '')}/destination-configuration/${path}`
  const token = await serviceTokenOf(service, tenant)
  try {
    const send = (own: string) => atPlatform(tenant, () => ask(url, own, headers, deadline))
    return await send(token).catch(async (error: unknown) => {
      const refused = error instanceof FetchError && error.status === 401
      const renewed = refused && (await renewedServiceToken(service, tenant, token))
      if (!renewed) throw error
      return send(renewed)
    })
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    if (error.status === 404) return undefined
    throw new DestinationServiceError(callOf(path), error)
  }
}

/** Sends one request, with a deadline, a limit of bytes, and without following redirects. */
function ask(url: string, token: string, headers: Headers, deadline: number): Promise<unknown> {
  const authorization = `Bearer ${token}`
  const all = { ...correlationHeaders(), ...headers, authorization }
  return fetchJson(url, { headers: all, deadline, repeatLost: true })
}

function callOf(path: string): string {
  if (path.includes('Certificates/')) return 'get certificate'
  return path.endsWith('?$skipTokenRetrieval=true')
    ? 'find destination'
    : 'find destination, with token retrieval'
}

function isDestination(answer: unknown): answer is DestinationJson {
  const { destinationConfiguration } = (answer ?? {}) as Partial<DestinationJson>
  return typeof destinationConfiguration === 'object' && Boolean(destinationConfiguration)
}

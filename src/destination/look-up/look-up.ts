import { hash } from 'node:crypto'

import type { Destination, Service } from '@sap-cloud-sdk/connectivity'

import { find, findCertificate, type LookupScope, type RetrievalHeaders } from './service.js'
import { parseDestination } from './parse.js'
import { prefetchConnectivityToken } from './proxy.js'
import { SingleFlight } from '../../lib/single-flight.js'

export { DestinationServiceError, type LookupScope, type RetrievalHeaders } from './service.js'

/** Milliseconds for which a configuration is cached; the same as in the Cloud SDK. */
const LIFETIME = 5 * 60_000

const MAX_CONFIGURATIONS = 10_000

/** Configuration of a destination, without a token: the same for all users of its tenant. */
export interface Configured {
  readonly destination: Destination
  readonly scope: LookupScope
  /** Hash of the whole configuration: tokens that were fetched for another one do not count. */
  readonly fingerprint: string
}

const configurations = new SingleFlight<Configured | undefined>(
  MAX_CONFIGURATIONS,
  undefined,
  'destinations'
)

/**
 * Looks a destination up in one tenant, without retrieving a token.
 *
 * @param bypass - true to ignore cached results
 * @internal
 */
export function lookUp(
  scope: LookupScope,
  name: string,
  bypass = false
): Promise<Configured | undefined> {
  const { level, fragments, optional } = scope.lookUp ?? {}
  const own = [name, level, fragments, optional ? 'optional' : undefined]
  const key = [...serviceKey(scope.service), scope.tenant, ...own]
  return configurations.get(key, () => fetchConfiguration(scope, name), bypass)
}

/** Returns the parts of a key that identify a bound service. @internal */
export function serviceKey({ credentials }: Service): string[] {
  return [String(credentials['uri']), credentials.clientid]
}

async function fetchConfiguration(scope: LookupScope, name: string) {
  void prefetchConnectivityToken(scope.tenant)
  const json = await find(scope, name)
  if (!json) return { value: undefined, lifetime: 0 }
  const { destinationConfiguration } = json
  const parsed = await parseDestination({ destinationConfiguration })
  const destination = await withTrustStore(scope, parsed, destinationConfiguration)
  const fingerprint = hash('sha256', JSON.stringify(destinationConfiguration), 'base64url')
  return { value: { destination, scope, fingerprint }, lifetime: LIFETIME }
}

/**
 * Looks a destination up together with the credentials that the Destination service retrieves for
 * it. The result is not cached here.
 *
 * @param headers - user or tenant of the retrieval, and its options
 * @returns `undefined` when there is no destination of that name any more
 * @throws {@link FetchError}
 * @internal
 */
export async function retrieve(
  scope: LookupScope,
  name: string,
  headers: RetrievalHeaders
): Promise<Destination | undefined> {
  const json = await find(scope, name, headers)
  return json && parseDestination(json, headers)
}

/** Adds the certificate that `TrustStoreLocation` names, by which the remote system is trusted. */
async function withTrustStore(
  scope: LookupScope,
  destination: Destination,
  configuration: Readonly<Record<string, unknown>>
): Promise<Destination> {
  const { TrustStoreLocation: location } = configuration
  if (typeof location !== 'string' || !location.endsWith('.pem')) return destination
  const { Name, Content, Type } = ((await findCertificate(scope, location)) ?? {}) as Certificate
  if (!Content) return destination
  const trustStoreCertificate = { name: Name ?? location, content: Content, type: Type ?? '' }
  return { ...destination, trustStoreCertificate }
}

/** Certificate as the Destination service writes it. */
interface Certificate {
  readonly Name?: string
  readonly Content?: string
  readonly Type?: string
}

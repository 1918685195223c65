import { hash } from 'node:crypto'

import type { Destination, DestinationJson } from '@sap-cloud-sdk/connectivity'

import {
  configurationKey,
  find,
  findCertificate,
  type LookupScope,
  type RetrievalHeaders
} from './service.js'
import { parseDestination } from './parse.js'
import { prefetchConnectivityToken } from './proxy.js'
import { fetchShared } from '../../lib/sharing/shared-cache.js'
import { type Key, type Lasting, SingleFlight } from '../../lib/single-flight.js'

export {
  DestinationServiceError,
  type LookupScope,
  type RetrievalHeaders,
  ownerTenant,
  serviceKey
} from './service.js'

/** Milliseconds for which a configuration is cached; the same as in the Cloud SDK. */
const LIFETIME = 5 * 60_000

/** Milliseconds for which it is cached that there is no such destination, in this instance and in all others. */
const NOT_FOUND_LIFETIME = 30_000

const MAX_CONFIGURATIONS = 10_000

/** Configuration of a destination, without a token: the same for all users of its tenant. */
export interface Configured {
  readonly destination: Destination
  readonly scope: LookupScope
  /** Hash of the whole configuration: tokens that were fetched for another one do not count. */
  readonly fingerprint: string
}

const configurations = new SingleFlight<Omit<Configured, 'scope'> | undefined>(
  'destinations',
  MAX_CONFIGURATIONS
)

/**
 * Looks a destination up in one tenant, without retrieving a token. What is cached has no credentials: those of the bound service can
 * be replaced in the meantime.
 *
 * @param bypass - true to ignore cached results
 * @internal
 */
export async function lookUp(
  scope: LookupScope,
  name: string,
  bypass = false
): Promise<Configured | undefined> {
  const key = configurationKey(scope, name)
  const fetch = () => fetchConfiguration(scope, name, key, bypass)
  const found = await configurations.get(key, fetch, bypass)
  return found && { ...found, scope }
}

/** Answers of the Destination service of which a configuration is made. */
interface Answers {
  readonly destinationConfiguration: DestinationJson['destinationConfiguration']
  /** Certificate by which the remote system is trusted. */
  readonly trustStore?: Certificate | undefined
}

async function fetchConfiguration(
  scope: LookupScope,
  name: string,
  key: Key,
  bypass: boolean
): Promise<Lasting<Omit<Configured, 'scope'> | undefined>> {
  void prefetchConnectivityToken(scope.tenant)
  const result = { kind: 'destinations', tenant: scope.tenant, key, bypass } as const
  const fetch = () => fetchAnswers(scope, name)
  const { value, lifetime } = await fetchShared<Answers | null>(result, fetch)
  if (!value) return { value: undefined, lifetime }
  const { destinationConfiguration, trustStore } = value
  const parsed = await parseDestination({ destinationConfiguration })
  const destination = withTrustStore(parsed, trustStore, destinationConfiguration)
  const fingerprint = hash('sha256', JSON.stringify(destinationConfiguration), 'base64url')
  return { value: { destination, fingerprint }, lifetime }
}

/** Returns `null` for "not found": other instances that wait for the answer take it, and do not ask one after the other. */
async function fetchAnswers(scope: LookupScope, name: string): Promise<Lasting<Answers | null>> {
  const json = await find(scope, name)
  if (!json) return { value: null, lifetime: NOT_FOUND_LIFETIME }
  const { destinationConfiguration } = json
  const location = trustStoreOf(destinationConfiguration)
  const trustStore = location && ((await findCertificate(scope, location)) as Certificate)
  const value = { destinationConfiguration, ...(trustStore && { trustStore }) }
  return { value, lifetime: LIFETIME }
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
function withTrustStore(
  destination: Destination,
  certificate: Certificate | undefined,
  configuration: Answers['destinationConfiguration']
): Destination {
  const location = trustStoreOf(configuration)
  const { Name, Content, Type } = certificate ?? {}
  if (!Content || !location) return destination
  const trustStoreCertificate = { name: Name ?? location, content: Content, type: Type ?? '' }
  return { ...destination, trustStoreCertificate }
}

function trustStoreOf({
  TrustStoreLocation: location
}: Readonly<Record<string, unknown>>): string | undefined {
  return typeof location === 'string' && location.endsWith('.pem') ? location : undefined
}

/** Certificate as the Destination service writes it. */
interface Certificate {
  readonly Name?: string
  readonly Content?: string
  readonly Type?: string
}

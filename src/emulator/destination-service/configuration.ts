import { type DestinationCertificate, readCertificates } from './certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { Destinations, EmulatorOptions } from '../types.js'

/** A destination as the service stores it: names and values are strings, also `true` and `100`. */
export type DestinationConfiguration = Readonly<Record<string, string>>

/** What a tenant sees, by name. */
export interface TenantDestinations {
  readonly destinations: ReadonlyMap<string, DestinationConfiguration>
  readonly certificates: ReadonlyMap<string, DestinationCertificate>
}

/** By tenant. */
export type DestinationStore = (tenant: string) => TenantDestinations

/**
 * Completes the configured destinations. As on BTP, every property is a string.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function createDestinations(
  options: Pick<EmulatorOptions, 'root' | 'destinations' | 'tenants'>
): DestinationStore {
  const { root } = options
  const provider = complete(root, 'destinations', options.destinations)
  const own = new Map(
    Object.entries(options.tenants ?? {}).map(([tenant, { destinations }]) => [
      tenant,
      complete(root, `tenants.${tenant}.destinations`, destinations)
    ])
  )
  return (tenant) => own.get(tenant) ?? provider
}

function complete(
  root: string,
  option: string,
  destinations: Destinations = {}
): TenantDestinations {
  const map = new Map<string, DestinationConfiguration>()
  for (const [name, properties] of Object.entries(destinations)) {
    const entries = Object.entries({
      Type: 'HTTP',
      Authentication: 'NoAuthentication',
      ProxyType: 'Internet',
      ...properties
    }).map(([key, value]) => [key, toText(`${option}.${name}.${key}`, value)] as const)
    map.set(name, { Name: name, ...Object.fromEntries(entries) })
  }
  return { destinations: map, certificates: readCertificates(option, root, map) }
}

function toText(option: string, value: unknown): string {
  if (['string', 'boolean', 'number'].includes(typeof value)) return String(value)
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${option} must be a string or a boolean`)
}

import { readCertificates } from './certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { Destinations, LocatedOptions } from '../types.js'
import type { DestinationCertificate, DestinationConfiguration } from './stored.js'

/** The destinations that a tenant sees, by name. */
export interface TenantDestinations {
  readonly destinations: ReadonlyMap<string, DestinationConfiguration>
  readonly fragments: ReadonlyMap<string, DestinationConfiguration>
  readonly certificates: ReadonlyMap<string, DestinationCertificate>
}

/** The destinations by tenant. */
export type DestinationStore = (tenant: string) => TenantDestinations

/**
 * Completes the configured destinations. As on BTP, every property is a string.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function createDestinations(
  options: Pick<LocatedOptions, 'root' | 'destinations' | 'fragments' | 'tenants'>
): DestinationStore {
  const { root } = options
  const provider = complete(root, '', options)
  const own = new Map(
    Object.entries(options.tenants ?? {}).map(([tenant, content]) => [
      tenant,
      complete(root, `tenants.${tenant}.`, content)
    ])
  )
  return (tenant) => own.get(tenant) ?? provider
}

function complete(
  root: string,
  path: string,
  { destinations = {}, fragments = {} }: { destinations?: Destinations; fragments?: Destinations }
): TenantDestinations {
  const configurations = new Map(
    Object.entries(destinations).map(([name, properties]) => [
      name,
      { Name: name, ...toTexts(`${path}destinations.${name}`, { ...DEFAULTS, ...properties }) }
    ])
  )
  const parts = new Map(
    Object.entries(fragments).map(([name, properties]) => [
      name,
      toTexts(`${path}fragments.${name}`, properties)
    ])
  )
  const certificates = new Map([
    ...readCertificates(`${path}destinations`, root, configurations),
    ...readCertificates(`${path}fragments`, root, parts)
  ])
  return { destinations: configurations, fragments: parts, certificates }
}

const DEFAULTS = { Type: 'HTTP', Authentication: 'NoAuthentication', ProxyType: 'Internet' }

function toTexts(path: string, properties: Destinations[string]): DestinationConfiguration {
  const entries = Object.entries(properties)
  return Object.fromEntries(entries.map(([key, value]) => [key, toText(`${path}.${key}`, value)]))
}

function toText(option: string, value: unknown): string {
  if (['string', 'boolean', 'number'].includes(typeof value)) return String(value)
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${option} must be a string or a boolean`)
}

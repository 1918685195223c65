import { EmulatorError } from '../emulator-error.js'
import type { EmulatorOptions } from '../types.js'

/** A destination as the service stores it: names and values are strings, also `true` and `100`. */
export type DestinationConfiguration = Readonly<Record<string, string>>

/**
 * Completes the configured destinations. As on BTP, every property is a string.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function createDestinations(
  destinations: EmulatorOptions['destinations'] = {}
): Map<string, DestinationConfiguration> {
  const map = new Map<string, DestinationConfiguration>()
  for (const [name, properties] of Object.entries(destinations)) {
    const entries = Object.entries({
      Type: 'HTTP',
      Authentication: 'NoAuthentication',
      ProxyType: 'Internet',
      ...properties
    }).map(([property, value]) => [property, toText(name, property, value)] as const)
    map.set(name, { Name: name, ...Object.fromEntries(entries) })
  }
  return map
}

function toText(destination: string, property: string, value: unknown): string {
  if (['string', 'boolean', 'number'].includes(typeof value)) return String(value)
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `destinations.${destination}.${property} must be a string or a boolean`
  )
}

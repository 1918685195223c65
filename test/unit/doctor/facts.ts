import type { Service } from '@sap-cloud-sdk/connectivity'

import type { Facts } from '../../../src/doctor/facts.js'
import type { SeenDestination, UsedService } from '../../../src/doctor/look-ups.js'

/** Facts about nothing, with some that a test is about. */
export function factsWith(own: Partial<Facts> = {}): Facts {
  return {
    options: { project: '/nowhere' },
    root: '/nowhere',
    isOnline: false,
    isLandscape: false,
    requires: {},
    auth: { kind: 'principal' },
    services: [],
    bindings: [],
    noBindings: ['not given', 'Give them.'],
    destinations: new Map(),
    token: undefined,
    secrets: [],
    ...own
  }
}

/** A required service that names a destination. */
export function serviceOf(destination: string, onBehalfOf?: string): UsedService {
  return {
    name: destination,
    destination,
    options: { kind: 'odata-v2', ...(onBehalfOf && { onBehalfOf }), credentials: { destination } }
  }
}

/** Destinations by name, as an export has them. */
export function seen(...configurations: Record<string, unknown>[]): Map<string, SeenDestination> {
  const entries = configurations.map((configuration) => {
    const name = String(configuration['Name'])
    return [name, { name, configuration, place: 'the export', certificates: [] }] as const
  })
  return new Map(entries)
}

/** A binding. */
export function bindingOf(label: string, credentials: Record<string, unknown>): Service {
  return { label, name: `my-${label}`, tags: [], credentials } as unknown as Service
}

import type { Service } from '@sap-cloud-sdk/connectivity'

import { cloudSdk } from './cloud-sdk.js'
import type { Ready } from './ready.js'

/** Milliseconds after which bindings are read again: those in files can be replaced while the process runs. */
const LIFETIME = 60_000

interface Bindings {
  readonly source: string | undefined
  readonly until: number
  readonly services: Map<string, Service | undefined>
}

let kept: Bindings = { source: undefined, until: 0, services: new Map() }

/** Millisecond in which the environment was looked at; it is long, and nobody changes it that fast. */
let looked = 0

function current(): Bindings {
  const now = Date.now()
  if (now === looked) return kept
  looked = now
  const source = process.env['VCAP_SERVICES']
  if (source !== kept.source || now > kept.until) {
    kept = { source, until: now + LIFETIME, services: new Map() }
  }
  return kept
}

/**
 * The first binding of a service. The Cloud SDK parses the whole environment each time that it is asked.
 *
 * @param label - of the service offering
 * @see `@sap-cloud-sdk/connectivity`, `getServiceBinding`
 * @internal
 */
export function serviceBinding(label: string): Ready<Service | undefined> {
  const { services } = current()
  if (services.has(label)) return services.get(label)
  return cloudSdk().then(({ getServiceBinding }) => {
    services.set(label, getServiceBinding(label) ?? undefined)
    return services.get(label)
  })
}

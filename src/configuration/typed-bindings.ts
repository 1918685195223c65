import { decidesCalls } from '../lib/adoption.js'
import { typedCredentials } from '../lib/binding-credentials.js'

interface Required {
  credentials?: object
}

/**
 * Gives the bindings of reuse services the types that they have in `VCAP_SERVICES`: CAP leaves their client as text where a
 * Kubernetes secret has no metadata. Bindings of services that this package does not call stay as they are.
 *
 * @param requires - `cds.requires`, whose entries get other credentials
 * @internal
 */
export function typeBindings(requires: Readonly<Record<string, unknown>>): void {
  for (const [name, options] of Object.entries(requires)) {
    if (name === 'kinds' || typeof options !== 'object' || options === null) continue
    const entry = options as Required
    const { uaa } = Object(entry.credentials) as { uaa?: unknown }
    if (typeof uaa !== 'string' || !decidesCalls(options)) continue
    entry.credentials = typedCredentials(entry.credentials ?? {})
  }
}

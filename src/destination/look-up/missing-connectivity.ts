import { logWarning } from '../../lib/log.js'
import { serviceBinding } from '../binding/binding.js'
import { lookUp } from './look-up.js'

/**
 * Warns of required services with a destination while the Destination service is not bound, or with one on premise while no
 * Connectivity service is bound, which calls would find out. Only the provider's destinations can be asked at start, and what can't
 * be asked is left to the first call: docs/decisions/0044.
 *
 * @param requires - `cds.requires`
 * @internal
 */
export async function warnOfMissingConnectivity(
  requires: Readonly<Record<string, unknown>>
): Promise<void> {
  const named = namedDestinations(requires)
  const service = await serviceBinding('destination')
  if (!service) {
    warnOfUnbound(named)
    return
  }
  if (await serviceBinding('connectivity')) return
  const found = named.map(async ([required, name]) => {
    const configured = await lookUp({ service, tenant: undefined }, name).catch(() => undefined)
    if (configured?.destination.proxyType !== 'OnPremise') return
    logWarning(
      `destination "${name}" of cds.requires.${required} is on premise, and no Connectivity service is bound: its calls will ` +
        'fail (ERR_DESTINATION_UNAVAILABLE). Bind an instance of the Connectivity service to the application.'
    )
  })
  await Promise.all(found)
}

/** Warns of destinations that only a bound Destination service could have; the environment may have some as well. */
function warnOfUnbound(named: readonly [string, string][]): void {
  const known = process.env['destinations'] ?? ''
  const unknown = named.filter(([, name]) => !known.includes(`"${name}"`))
  const [[required, name] = []] = unknown
  if (required === undefined) return
  const others = unknown.length > 1 ? ` (and ${String(unknown.length - 1)} more)` : ''
  logWarning(
    `destination "${String(name)}" of cds.requires.${required}${others} is looked up in the Destination service, and none is bound: ` +
      'its calls will fail (ERR_DESTINATION_NOT_FOUND), unless the application registers it. Bind an instance of the Destination ' +
      'service: cds add destination, or cf bind-service.'
  )
}

/** Returns the required services with the names of their destinations, each destination once. */
function namedDestinations(requires: Readonly<Record<string, unknown>>): [string, string][] {
  const services = new Map<string, string>()
  for (const [required, options] of Object.entries(requires)) {
    const { credentials } = Object(options) as { credentials?: { destination?: unknown } }
    const name = credentials?.destination
    if (typeof name === 'string' && !services.has(name)) services.set(name, required)
  }
  return [...services].map(([name, required]) => [required, name])
}

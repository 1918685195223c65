import type { ProjectRequires } from 'cds-principal-emulator/development'

import { nearestName } from '../lib/wording/closest.js'
import { logWarning } from '../lib/log.js'

/**
 * Warns of destinations that development takes for mocks because the option `destinations` of the emulator does not have them,
 * although it has one of nearly the same name.
 *
 * @param requires - `cds.requires`
 * @internal
 */
export function warnOfMisspeltDestinations(requires: ProjectRequires): void {
  const { emulator } = requires.auth ?? {}
  const defined = emulator ? Object.keys(emulator.destinations ?? {}) : []
  for (const [service, options] of Object.entries(requires)) {
    const { credentials } = Object(options) as { credentials?: { destination?: unknown } }
    const name = credentials?.destination
    if (typeof name !== 'string') continue
    const near = nearestName(name, defined)
    if (near === undefined) continue
    logWarning(
      `"${name}" of cds.requires.${service}.credentials.destination is not in emulator.destinations, so a mock is ` +
        `expected for it: did you mean "${near}"?`
    )
  }
}

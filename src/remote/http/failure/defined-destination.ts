import { cap } from '../../../cap.js'
import { nearestName } from '../../../lib/wording/closest.js'

/**
 * Returns the destination of the emulator's option `destinations` that a misspelt name stands for; development takes the misspelt
 * one for that of a mock.
 *
 * @internal
 */
export function nearDefined(name: string | undefined): string | undefined {
  const { emulator } = Object(cap.env.requires.auth) as { emulator?: unknown }
  const { destinations } = Object(emulator) as { destinations?: object }
  return name === undefined ? undefined : nearestName(name, Object.keys(destinations ?? {}))
}

import { EmulatorError } from './emulator-error.js'
import type { EmulatorOptions } from './types.js'
import { closest } from './xs-security/closest.js'

/** All there are: the compiler sees to it that none is missing. */
const OPTIONS: Readonly<Record<keyof EmulatorOptions, true>> = {
  root: true,
  users: true,
  destinations: true,
  tenants: true,
  applications: true,
  identity: true,
  jobScheduler: true,
  onPremise: true,
  subjectPattern: true,
  xsSecurity: true,
  trust: true,
  locationId: true,
  bind: true,
  mocks: true
}

/**
 * Refuses options that there are not: a misspelled one would be without effect.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkOptions(options: unknown): asserts options is EmulatorOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid('startEmulator needs options, at least { root }: the folder of the project')
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(OPTIONS, name))
  if (unknown === undefined) return
  const guess = closest(unknown, Object.keys(OPTIONS))
  const hint = guess ? `did you mean "${guess}"?` : `there are ${Object.keys(OPTIONS).join(', ')}`
  throw invalid(`there is no option "${unknown}" of the emulator: ${hint}`)
}

const invalid = (message: string) => new EmulatorError('ERR_EMULATOR_OPTIONS', message)

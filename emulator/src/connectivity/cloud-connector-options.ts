import { EmulatorError } from '../emulator-error.js'
import type { EmulatorOptions } from '../types.js'

/** Settings of principal propagation, by the names and in the limits of the Cloud Connector's own API. */
export interface PropagationSettings {
  /** Minutes that a user certificate is valid. */
  validMinutes: number
  /** Seconds that the token of a user is accepted after its expiry. */
  expirationTolerance: number
}

/**
 * Reads the settings.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 * @see SAP BTP Connectivity, "Common On-Premises Connectivity Configuration", `expirationToleranceInHr`, `certificateValidityInMin`
 */
export function readPropagation({
  certificateValidityInMin: validMinutes = 60,
  expirationToleranceInHr: hours = 0
}: EmulatorOptions): PropagationSettings {
  check('certificateValidityInMin', validMinutes, 1, 43_200)
  check('expirationToleranceInHr', hours, 0, 336)
  return { validMinutes, expirationTolerance: hours * 3600 }
}

function check(option: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  const text = `${option} must be a whole number from ${least} to ${most}`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

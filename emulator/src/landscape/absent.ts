import type { CredentialStore } from '../credential-store/types.js'
import { EmulatorError } from '../emulator-error.js'
import type { JobScheduler } from '../job-scheduler/types.js'

/** Job Scheduling service of a landscape that has none. */
export const withoutScheduler: JobScheduler = {
  start: () => Promise.reject(absent('Job Scheduling service', 'jobScheduler')),
  status: () => Promise.reject(absent('Job Scheduling service', 'jobScheduler'))
}

/** SAP Credential Store of a landscape that has none. */
export const withoutStore: CredentialStore = {
  write: () => {
    throw absent('SAP Credential Store', 'credentialStore')
  },
  remove: () => {
    throw absent('SAP Credential Store', 'credentialStore')
  }
}

/** Returns the error about a service that is switched off. */
export function absent(service: string, option: string): EmulatorError {
  const text = `there is no ${service}: switch it on with the option "${option}"`
  return new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

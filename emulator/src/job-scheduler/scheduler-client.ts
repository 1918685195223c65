import { randomUUID } from 'node:crypto'
import { EmulatorError } from '../emulator-error.js'
import type { EmulatorOptions } from '../types.js'

/** Name of the service offering, and of its client among the applications. */
export const JOB_SCHEDULER = 'jobscheduler'

/** The parts of the OAuth client of a Job Scheduling service instance. */
export interface SchedulerClient {
  /** A clone of the broker's application, as on BTP. */
  xsappname: string
  instance: string
  /** It takes whatever scopes are granted to it. */
  xsSecurity: object
}

/**
 * The instance that the options ask for.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` when an application has the same name
 */
export function schedulerClient({
  jobScheduler,
  applications = {}
}: EmulatorOptions): SchedulerClient | undefined {
  if (!jobScheduler) return undefined
  if (Object.hasOwn(applications, JOB_SCHEDULER)) {
    const text = `applications.${JOB_SCHEDULER}: that is the option "jobScheduler" already, leave one of them out`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  const { instance = JOB_SCHEDULER } = jobScheduler === true ? {} : jobScheduler
  return {
    xsappname: `${randomUUID()}!b2|sap-jobscheduler!b1`,
    instance,
    xsSecurity: { xsappname: JOB_SCHEDULER, authorities: ['$ACCEPT_GRANTED_AUTHORITIES'] }
  }
}

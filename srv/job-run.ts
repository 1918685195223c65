import cds, { type Request } from '@sap/cds'

/** A run of a job, as the Job Scheduling service names it. */
export interface JobRun {
  jobId: string
  scheduleId: string
  runId: string
}

/**
 * The run that a request belongs to, from the service's headers; 400 without them. The header with the service's host
 * is left alone: the status goes, with its token, to the service that is bound.
 */
export function jobRunOf(req: Request): JobRun {
  const header = (name: string) => {
    const value: unknown = req.headers[name]
    return typeof value === 'string' && /^[\w-]{1,64}$/.test(value) ? value : noRun(req)
  }
  return {
    jobId: header('x-sap-job-id'),
    scheduleId: header('x-sap-job-schedule-id'),
    runId: header('x-sap-job-run-id')
  }
}

/** Tells the Job Scheduling service how an asynchronous run ended. */
export async function reportStatus(
  { jobId, scheduleId, runId }: JobRun,
  status: { success: boolean; message: string }
): Promise<void> {
  const scheduler = await cds.connect.to('jobscheduler')
  const path = `/scheduler/jobs/${jobId}/schedules/${scheduleId}/runs/${runId}`
  await scheduler.send('PUT', path, status)
}

function noRun(req: Request): never {
  return req.reject({
    status: 400,
    code: 'ERR_NO_JOB_RUN',
    message: 'Only the Job Scheduling service can have a job done in the background.'
  })
}

/** Option `jobScheduler`: an instance of the Job Scheduling service, bound to the application. */
export interface JobSchedulerOptions {
  /** Name of the service instance, which `$XSSERVICENAME(…)` refers to; default: `jobscheduler`. */
  instance?: string
}

/** A job of the Job Scheduling service: one request to an endpoint of the application. */
export interface JobRequest {
  /** The URL of the endpoint, on this machine: `http://localhost:4004/odata/v4/jobs/run`. */
  url: string
  /** Default: `POST`. */
  method?: string
  /** JSON of the body; default: `{}`, and none for `GET`, `HEAD` and `DELETE`. */
  data?: string
  /** Tenant id of the subscriber whose job it is; default: the provider. */
  tenant?: string
  /** Milliseconds that the application may take to answer; default: 15,000, as the service gives it. */
  timeout?: number
}

/** The answer of the application, and the request that was sent. */
export interface JobAnswer {
  /** Names the run in the service's REST API, and for {@link JobScheduler.status}. */
  runId: string
  /** Client id of the token. */
  client: string
  /** Scopes of the token, by their full names. */
  scopes: string[]
  /** The headers that the service sent besides the token. */
  headers: Record<string, string>
  /** HTTP status. */
  status: number
  body: string
  /**
   * `success`: 200 to 399; `accepted`: 202, the application reports the status when it is done; `failed`: anything else.
   */
  outcome: 'success' | 'accepted' | 'failed'
}

/** The report of the application at the end of a run that it has accepted. */
export interface JobStatus {
  success: boolean
  message?: string
}

/** The Job Scheduling service, which does on demand what its schedules would do. */
export interface JobScheduler {
  /**
   * Calls an endpoint with a token of the service's own OAuth client, and with the headers of a run.
   *
   * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for a URL, tenant or body that can't be, `ERR_EMULATOR_JOB` when there is
   * no answer
   */
  start(request: JobRequest): Promise<JobAnswer>
  /**
   * The status that the application has reported, or reports in time.
   *
   * @param timeout - milliseconds, default: 5000
   * @returns `undefined` when it has reported none: the service calls that run `UNKNOWN`
   * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for a run that there was not
   */
  status(runId: string, timeout?: number): Promise<JobStatus | undefined>
}

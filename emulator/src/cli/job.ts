import { STATUS_CODES } from 'node:http'

import type { JobAnswer, JobStatus } from '../index.js'
import { askLandscape } from '../process/control.js'

/** Options of `cds-principal job run`. */
export interface JobOptions {
  readonly method: string
  /** JSON. */
  readonly data?: string
  /** Tenant id of a subscriber. */
  readonly tenant?: string
  /** Seconds for the answer. */
  readonly timeout: number
  /** Seconds from 202 to the status. */
  readonly asyncTimeout: number
  /** The URL of the application; default: the server that the landscape knows. */
  readonly url?: string
  /** Folder of the CAP project whose landscape is asked. */
  readonly project: string
}

/** Exit code for a run whose end nobody has reported; the service calls it so. */
const UNKNOWN = 2

/** Milliseconds that one question for the status waits. */
const SLICE = 20_000

/**
 * Runs a job: the emulated Job Scheduling service calls the application, and after 202 waits for the status. Sets the exit code
 * of the process: 0 success, 1 failed, 2 unknown.
 *
 * @param path - of the endpoint
 * @throws Error with the next step, when there was no run
 */
export async function runJob(path: string, options: JobOptions): Promise<void> {
  const { method, data, tenant, url, project } = options
  if (!path.startsWith('/')) throw new Error('the path of the endpoint starts with "/"')
  const timeout = milliseconds('--timeout', options.timeout)
  const asyncTimeout = milliseconds('--async-timeout', options.asyncTimeout)
  const request = { path, method: method.toUpperCase(), data, tenant, url, timeout }
  const answer = await ask<JobAnswer>(project, '/job', request, timeout)
  tell(`${request.method} ${path}, as ${answer.client}`)
  for (const [name, value] of Object.entries(answer.headers)) {
    if (name.startsWith('x-sap-')) tell(`${name}: ${value}`)
  }
  tell(`correlation id: ${answer.headers['x-vcap-request-id'] ?? 'none'}`)
  tell(`\n${answer.status} ${STATUS_CODES[answer.status] ?? ''}`)
  if (answer.body) process.stdout.write(`${answer.body}\n`)
  if (answer.outcome === 'accepted') await conclude(answer, asyncTimeout, project)
  else if (answer.outcome === 'failed') fail(answer)
}

function fail({ status, scopes }: JobAnswer): void {
  process.exitCode = 1
  if (status !== 401 && status !== 403) return
  const granted = scopes.filter((scope) => scope !== 'uaa.resource').join(', ')
  tell(
    granted
      ? `The token had the scopes ${granted}. The log of the application says what is missing.`
      : 'The token had no scope of the application: in xs-security.json, add "grant-as-authority-to-apps": ' +
          '["$XSSERVICENAME(<instance of jobScheduler>)"] to the scope that the endpoint needs.'
  )
}

/** The application is at work, and says when it is done. */
async function conclude({ runId }: JobAnswer, timeout: number, project: string): Promise<void> {
  tell(`waiting up to ${timeout / 1000} s for the status of the run …`)
  const status = await statusOf(runId, timeout, project)
  if (!status) {
    process.exitCode = UNKNOWN
    return tell('UNKNOWN: the application has reported no status in time')
  }
  if (!status.success) process.exitCode = 1
  tell(status.success ? 'SUCCESS' : 'FAILED')
  if (status.message) process.stdout.write(`${status.message}\n`)
}

async function statusOf(
  runId: string,
  timeout: number,
  project: string
): Promise<JobStatus | undefined> {
  const end = Date.now() + timeout
  for (;;) {
    const slice = Math.max(0, Math.min(SLICE, end - Date.now()))
    const request = { runId, timeout: slice }
    const { status } = await ask<{ status?: JobStatus }>(project, '/job-status', request, slice)
    if (status ?? Date.now() >= end) return status
  }
}

/** @param patience - milliseconds that the landscape has a reason to take */
async function ask<T extends object>(
  project: string,
  path: string,
  body: object,
  patience: number
): Promise<T> {
  const answer = await askLandscape(project, 'POST', path, body, patience + 10_000)
  if (!answer)
    throw new Error(
      `no emulator is running for ${project}: start it with "npx cds-principal-emulator" or "cds watch" there`
    )
  if (answer.status === 200) return answer.body as T
  throw new Error((answer.body as { message?: string }).message ?? 'the emulator gave no answer')
}

function milliseconds(option: string, seconds: number): number {
  if (seconds > 0 && seconds <= 7 * 86_400) return seconds * 1000
  throw new Error(`${option} takes a number of seconds, up to seven days`)
}

/** Prints a line for the person at the terminal. */
function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

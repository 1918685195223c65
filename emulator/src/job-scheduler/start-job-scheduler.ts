import { randomUUID } from 'node:crypto'
import { createServer } from 'node:https'
import { serveApi, type Observation } from '../http/api-server.js'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { Client, Landscape } from '../landscape/landscape.js'
import { listen, type Listener } from '../http/listener.js'
import { technicalClaims } from '../xsuaa/claims.js'
import { resolveTenant } from '../xsuaa/issue-token.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { callEndpoint, checkEndpoint } from './call-endpoint.js'
import { reportedStatus, type Run, Runs } from './runs.js'
import { JOB_SCHEDULER } from './scheduler-client.js'
import { createSchedulerHandler } from './scheduler-handler.js'
import type { JobRequest, JobScheduler } from './types.js'

/** The service, listening. */
export interface RunningScheduler {
  listener: Listener
  scheduler: JobScheduler
}

const STATUS_TIMEOUT = 5000

/** Starts the REST API of the Job Scheduling service, if the landscape has one. */
export async function startJobScheduler(
  landscape: Landscape,
  issuer: TokenIssuer,
  { server: tls }: LandscapeCertificates,
  observation: Omit<Observation, 'endpointOf'>
): Promise<RunningScheduler | undefined> {
  const client = landscape.applications.get(JOB_SCHEDULER)
  if (client?.service !== JOB_SCHEDULER) return undefined
  const server = createServer(tls)
  const listener = await listen(server)
  const runs = new Runs()
  const handler = createSchedulerHandler(runs, client, issuer)
  serveApi(server, { ...observation, endpointOf: () => JOB_SCHEDULER }, handler)
  const host = `https://localhost:${listener.port}`
  return { listener, scheduler: createScheduler(landscape, issuer, client, runs, host) }
}

function createScheduler(
  landscape: Landscape,
  issuer: TokenIssuer,
  client: Client,
  runs: Runs,
  host: string
): JobScheduler {
  return {
    start: async (request: JobRequest) => {
      checkEndpoint(request)
      const claims = technicalClaims(landscape, client, resolveTenant(landscape, request.tenant))
      const token = await issuer.sign(claims, client.tokenValidity)
      const run = runs.open()
      const headers = headersOf(run, host, issuer.now())
      const authorization = `Bearer ${token}`
      const answer = await callEndpoint(request, { ...headers, authorization })
      const scopes = client.authorities
      return { runId: run.runId, client: client.id, scopes, headers, ...answer }
    },
    status: async (runId, timeout = STATUS_TIMEOUT) => {
      const run = runs.find(runId)
      if (run) return reportedStatus(run, timeout)
      throw new EmulatorError('ERR_EMULATOR_OPTIONS', `there was no run "${runId}"`)
    }
  }
}

/** Returns the headers with which the service describes a run to the application. */
function headersOf({ jobId, scheduleId, runId }: Run, host: string, now: number) {
  return {
    'content-type': 'application/json',
    accept: 'application/json',
    'x-sap-job-id': String(jobId),
    'x-sap-job-schedule-id': scheduleId,
    'x-sap-job-run-id': runId,
    'x-sap-scheduler-host': host,
    // the router of Cloud Foundry gives each request one
    'x-vcap-request-id': randomUUID(),
    'x-sap-run-at': new Date(now).toISOString().slice(0, 19).replace('T', ' ')
  }
}

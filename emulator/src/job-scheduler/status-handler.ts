import type { IncomingMessage } from 'node:http'
import type { ApiHandler } from '../http/api-server.js'
import { bearerToken } from '../http/bearer.js'
import type { Client } from '../landscape/landscape.js'
import { readText } from '../http/read-form.js'
import { sendJson } from '../http/respond.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { InvalidToken, verifyServiceToken } from '../xsuaa/verify-token.js'
import { report, type Run, type Runs } from './runs.js'
import type { JobStatus } from './types.js'

const RUN = /^\/scheduler\/jobs\/([^/]+)\/schedules\/([^/]+)\/runs\/([^/]+)$/

/**
 * The part of the service's REST API that an application needs for asynchronous runs:
 * `PUT /scheduler/jobs/<job>/schedules/<schedule>/runs/<run>`, with a token of the service binding's own client.
 */
export function createStatusHandler(runs: Runs, client: Client, issuer: TokenIssuer): ApiHandler {
  return async (req, res, url, notes) => {
    if (!(await isAuthenticated(req, client, issuer))) {
      const message = 'the token is not one of the client in the binding of this service'
      return sendJson(res, 401, { message }, { 'www-authenticate': 'Bearer' })
    }
    notes.client = client.id
    const run = runOf(runs, url.pathname)
    if (!run) return sendJson(res, 404, { message: 'there is no such run' })
    if (req.method !== 'PUT')
      return sendJson(res, 405, { message: 'only PUT is emulated' }, { allow: 'PUT' })
    const status = await readStatus(req)
    if (!status) {
      return sendJson(res, 400, { message: '"success" must be a boolean, "message" a text' })
    }
    report(run, status)
    sendJson(res, 200, { success: true })
  }
}

async function isAuthenticated(
  req: IncomingMessage,
  client: Client,
  issuer: TokenIssuer
): Promise<boolean> {
  const token = bearerToken(req.headers.authorization ?? '')
  if (!token) return false
  try {
    await verifyServiceToken(issuer, client, token)
    return true
  } catch (error) {
    if (error instanceof InvalidToken) return false
    throw error
  }
}

/** All three ids have to be those of one run. */
function runOf(runs: Runs, path: string): Run | undefined {
  const [, jobId, scheduleId, runId = ''] = RUN.exec(path) ?? []
  const run = runs.find(runId)
  return run?.scheduleId === scheduleId && String(run?.jobId) === jobId ? run : undefined
}

async function readStatus(req: IncomingMessage): Promise<JobStatus | undefined> {
  const { success, message } = parse((await readText(req)) ?? '')
  if (typeof success !== 'boolean' || !['undefined', 'string'].includes(typeof message))
    return undefined
  return { success, ...(typeof message === 'string' && { message }) }
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>
  } catch {
    return {}
  }
}

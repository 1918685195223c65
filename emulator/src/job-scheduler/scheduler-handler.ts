import type { IncomingMessage } from 'node:http'
import type { ApiHandler } from '../http/api-server.js'
import { bearerToken } from '../http/bearer.js'
import type { Client } from '../landscape/landscape.js'
import { sendJson } from '../http/respond.js'
import type { Claims } from '../xsuaa/claims.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { InvalidToken, verifyServiceToken } from '../xsuaa/verify-token.js'
import { Jobs } from './jobs.js'
import { answerJobs, sendNotEmulated } from './jobs-handler.js'
import type { Runs } from './runs.js'
import { answerRun, isRun } from './status-handler.js'

/**
 * Creates the router of the service's REST API, for tokens of the service binding's own client: the status of runs, and jobs.
 */
export function createSchedulerHandler(
  runs: Runs,
  client: Client,
  issuer: TokenIssuer
): ApiHandler {
  const jobsOf = new Map<string, Jobs>()
  return async (req, res, url, notes) => {
    const claims = await authenticate(req, client, issuer)
    if (!claims) {
      const message = 'the token is not one of the client in the binding of this service'
      return sendJson(res, 401, { message }, { 'www-authenticate': 'Bearer' })
    }
    notes.client = client.id
    if (isRun(url.pathname) && req.method !== 'GET') {
      if (req.method === 'PUT') return answerRun(runs, req, res, url.pathname)
      return sendJson(res, 405, { message: 'Method Not Allowed' }, { allow: 'GET, PUT' })
    }
    if (!/^\/scheduler\/jobs(\/|$)/.test(url.pathname)) return sendNotEmulated(req, url, res)
    const tenant = String(claims['zid'])
    const jobs = jobsOf.get(tenant) ?? new Jobs()
    jobsOf.set(tenant, jobs)
    return answerJobs({ req, url, jobs, now: issuer.now() }, res)
  }
}

async function authenticate(
  req: IncomingMessage,
  client: Client,
  issuer: TokenIssuer
): Promise<Claims | undefined> {
  const token = bearerToken(req.headers.authorization ?? '')
  if (!token) return undefined
  try {
    return await verifyServiceToken(issuer, client, token)
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}

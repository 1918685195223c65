import type { IncomingMessage, ServerResponse } from 'node:http'
import { notEmulatedText } from '../http/not-emulated.js'
import { readText } from '../http/read-form.js'
import { sendJson } from '../http/respond.js'
import { JobExists, type Jobs, type StoredJob } from './jobs.js'
import { InvalidJob } from './read-job.js'

const ROOT = '/scheduler/jobs'

/** One page without `page_size`, and the most that there can be. */
const PAGE = 10
const LARGEST_PAGE = 100

/** A request about jobs, with the jobs of the tenant of its token. */
export interface JobsRequest {
  req: IncomingMessage
  url: URL
  jobs: Jobs
  /** Milliseconds, by the clock of the landscape. */
  now: number
}

/**
 * Answers requests below `/scheduler/jobs`: jobs are created, read, changed and deleted. What the service has besides is 501.
 *
 * @see SAP Job Scheduling service, "SAP Job Scheduling service REST APIs"
 */
export async function answerJobs(request: JobsRequest, res: ServerResponse): Promise<void> {
  try {
    await answer(request, res)
  } catch (error) {
    if (!(error instanceof InvalidJob || error instanceof JobExists)) throw error
    const message = `Error while creating job: ${error.message}`
    const type = 'Bad Request/Invalid Request'
    sendJson(res, 400, { code: 400, message, type, detailedError: message })
  }
}

async function answer(request: JobsRequest, res: ServerResponse): Promise<void> {
  const { req, url, jobs, now } = request
  const [, key, rest] = /^\/scheduler\/jobs(?:\/([^/]+))?(\/.+)?$/.exec(url.pathname) ?? []
  const name = key === undefined ? undefined : decode(key)
  const job = name === undefined ? undefined : jobs.find(name)
  switch (`${req.method ?? ''} ${name === undefined ? 'jobs' : (rest ?? 'job')}`) {
    case 'GET jobs':
      return url.pathname === ROOT || url.pathname === `${ROOT}/`
        ? sendJobs(jobs, url, res)
        : sendNotEmulated(req, url, res)
    case 'POST jobs':
      return sendCreated(res, jobs.create(await readBody(req), now))
    case 'GET job':
      return job ? sendJson(res, 200, details(job, url)) : notFound(res)
    case 'PUT job': {
      const body = await readBody(req)
      if (job) return sendJson(res, 200, jobs.update(job, body))
      return sendCreated(res, jobs.create({ ...Object(body), name }, now))
    }
    case 'DELETE job':
      if (!job) return notFound(res)
      jobs.delete(job)
      return sendJson(res, 200, { success: true })
    case 'GET /schedules':
      return job ? sendSchedules(job, res) : notFound(res)
    default:
      if (name !== undefined && !job) return notFound(res)
      return sendNotEmulated(req, url, res)
  }
}

/** Says that the service has more than this. */
export function sendNotEmulated({ method = '' }: IncomingMessage, url: URL, res: ServerResponse) {
  const message = notEmulatedText('Job Scheduling service', `${method} ${url.pathname}`)
  sendJson(res, 501, { code: 501, message, type: 'Not Implemented', detailedError: message })
}

/** One job where the query names it; otherwise a page. */
function sendJobs(jobs: Jobs, { searchParams: query }: URL, res: ServerResponse): void {
  const one = query.get('jobId') ?? query.get('name')
  const isPaged = query.has('page_size') || query.has('offset')
  const job = one === null ? undefined : jobs.find(one)
  if (one !== null && !isPaged) return job ? sendJson(res, 200, job) : notFound(res)
  const found = one === null ? jobs.all() : job ? [job] : []
  const size = Math.min(numberOf(query.get('page_size')) ?? PAGE, LARGEST_PAGE)
  const offset = numberOf(query.get('offset')) ?? 0
  const page = found.slice(offset, offset + size)
  const address = (start: number) => `${ROOT}/?page_size=${size}&offset=${start}`
  sendJson(res, 200, {
    total: found.length,
    results: page.map(inList),
    prev_url: offset > 0 ? address(Math.max(0, offset - size)) : null,
    next_url: offset + size < found.length ? address(offset + size) : null
  })
}

function inList({ schedules, ...job }: StoredJob) {
  const active = schedules.filter((schedule) => schedule.active).length
  return { ...job, ACTIVECOUNT: active, INACTIVECOUNT: schedules.length - active }
}

function details({ schedules, ...job }: StoredJob, { searchParams }: URL) {
  return searchParams.get('displaySchedules') === 'false' ? job : { ...job, schedules }
}

function sendSchedules({ schedules }: StoredJob, res: ServerResponse): void {
  sendJson(res, 200, { total: schedules.length, results: schedules })
}

function sendCreated(res: ServerResponse, job: StoredJob): void {
  sendJson(res, 201, job, { location: `${ROOT}/${job.jobId}` })
}

function notFound(res: ServerResponse): void {
  const message = 'there is no such job'
  sendJson(res, 404, { code: 404, message, type: 'Not Found', detailedError: message })
}

async function readBody(req: IncomingMessage): Promise<unknown> {
  try {
    return JSON.parse((await readText(req)) ?? '') as unknown
  } catch {
    throw new InvalidJob('the body must be JSON')
  }
}

const numberOf = (text: string | null) =>
  text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

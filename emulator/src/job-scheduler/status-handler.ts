import type { IncomingMessage, ServerResponse } from 'node:http'
import { readText } from '../http/read-form.js'
import { sendJson } from '../http/respond.js'
import { report, type Run, type Runs } from './runs.js'
import type { JobStatus } from './types.js'

const RUN = /^\/scheduler\/jobs\/([^/]+)\/schedules\/([^/]+)\/runs\/([^/]+)$/

/** True if a path is that of a run. */
export const isRun = (path: string): boolean => RUN.test(path)

/**
 * Answers `PUT /scheduler/jobs/<job>/schedules/<schedule>/runs/<run>`, with which an application reports the status of an
 * asynchronous run.
 */
export async function answerRun(
  runs: Runs,
  req: IncomingMessage,
  res: ServerResponse,
  path: string
): Promise<void> {
  const run = runOf(runs, path)
  if (!run) return sendJson(res, 404, { message: 'there is no such run' })
  const status = await readStatus(req)
  if (!status) {
    return sendJson(res, 400, { message: '"success" must be a boolean, "message" a text' })
  }
  report(run, status)
  sendJson(res, 200, { success: true })
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

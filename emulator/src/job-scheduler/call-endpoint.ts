import { EmulatorError } from '../emulator-error.js'
import type { JobAnswer, JobRequest } from './types.js'

/** Milliseconds that the service waits for an answer. */
const ANSWER_TIMEOUT = 15_000

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE'])

/**
 * Sends the request of a run. Redirects are not followed: they are answers below 400, and so a success.
 *
 * @param headers - of the run, with its token
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`, `ERR_EMULATOR_JOB`
 */
export async function callEndpoint(
  { url, method = 'POST', data, timeout = ANSWER_TIMEOUT }: JobRequest,
  headers: Record<string, string>
): Promise<Pick<JobAnswer, 'status' | 'body' | 'outcome'>> {
  const body = bodyOf(method, data)
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
      ...(body !== undefined && { body })
    })
    const { status } = response
    return { status, body: await response.text(), outcome: outcomeOf(status) }
  } catch (cause) {
    throw new EmulatorError('ERR_EMULATOR_JOB', `${method} ${url}: ${reason(cause, timeout)}`, {
      cause
    })
  }
}

/**
 * The endpoint of a job is on this machine: its token is worth nothing elsewhere, and its data belongs here.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkEndpoint({ url, data }: JobRequest): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  const isLocal = /^(localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
  if (!isLocal || !/^https?:$/.test(protocol)) {
    const text = `"${url}" is no http URL on this machine, and the emulated Job Scheduling service calls no other`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  if (data !== undefined && !isJson(data)) {
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', 'the data of a job must be JSON')
  }
}

function bodyOf(method: string, data: string | undefined): string | undefined {
  return WITHOUT_BODY.has(method.toUpperCase()) ? undefined : (data ?? '{}')
}

function outcomeOf(status: number): JobAnswer['outcome'] {
  if (status === 202) return 'accepted'
  return status < 400 ? 'success' : 'failed'
}

function reason(cause: unknown, timeout: number): string {
  if ((cause as Error).name === 'TimeoutError') return `no answer within ${timeout / 1000} s`
  const { cause: inner } = cause as { cause?: { code?: string; message?: string } }
  const text = inner?.code ?? inner?.message ?? (cause as Error).message
  return `no answer (${text}): does the application run there?`
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

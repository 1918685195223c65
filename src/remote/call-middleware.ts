import type { HttpMiddleware, HttpResponse } from '@sap-cloud-sdk/http-client'

import { cleanCause } from '../destination/clean-cause.js'

/** What CAP reads of a failed call, for its log and the 502. */
interface CallFailure {
  response?: {
    status?: number
    statusText?: string
    headers?: Record<string, unknown>
    data?: unknown
  }
  config?: { baseURL?: string; url?: string; headers?: Record<string, unknown> }
  code?: string
}

/** Response headers that can stand in a log; cookies and CSRF tokens can't. */
const LOGGABLE = ['content-type', 'content-length', 'date', 'retry-after', 'www-authenticate']

/**
 * Outermost middleware of every call that goes through the Cloud SDK: no redirect takes the credentials elsewhere, and
 * what a failed call leaves behind (CAP logs it, and outside production sends it to the client) names headers without
 * their values.
 *
 * @param next - the stock middleware (deadline) that stands inside
 * @internal
 */
export function callMiddleware(next: HttpMiddleware): HttpMiddleware {
  return (options) => {
    const inner = next(options)
    return async (request) => {
      try {
        return withoutSessions(await inner({ ...request, maxRedirects: 0 }))
      } catch (error) {
        throw withoutSecrets(error)
      }
    }
  }
}

/** CAP may put a whole response into an error: the session that S/4 opened for the user stays out of it. */
function withoutSessions(response: HttpResponse): HttpResponse {
  const headers = response.headers as Record<string, unknown>
  for (const name of ['set-cookie', 'x-csrf-token']) delete headers[name]
  return response
}

function withoutSecrets(error: unknown): Error {
  const { response, config, code } = error as CallFailure
  const clean = new Error(cleanCause(error).messages[0])
  return Object.assign(clean, {
    ...(code && { code }),
    config: { baseURL: config?.baseURL, url: config?.url, headers: names(config?.headers) },
    ...(response && { response: { ...status(response), data: response.data } })
  })
}

function status({ status, statusText, headers }: NonNullable<CallFailure['response']>) {
  const loggable = LOGGABLE.filter((name) => headers?.[name] !== undefined)
  return {
    status,
    statusText,
    headers: Object.fromEntries(loggable.map((name) => [name, headers?.[name]]))
  }
}

function names(headers: Record<string, unknown> = {}): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, '***']))
}

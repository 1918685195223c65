import type { HttpRequestConfig, HttpResponse } from '@sap-cloud-sdk/http-client'

import { redact } from '../destination/clean-cause.js'
import type { PrincipalError, RemoteResponse } from '../errors.js'
import type { HttpAnswer, HttpCall, TransportError } from './http-call.js'

/** Response headers that can stand in a log; cookies and CSRF tokens can't. */
const LOGGABLE = ['content-type', 'content-length', 'date', 'retry-after', 'www-authenticate']

/** A failed call in axios' shape, which CAP reads and hands on: headers by name only, nothing secret. */
export class HttpFailure extends Error {
  declare readonly code: string
  declare readonly config: { baseURL: string; url: string; headers: Record<string, string> }
  declare readonly response?: RemoteResponse
}

/** What went wrong, before anything was left out. */
export type Outcome = HttpAnswer | TransportError

/**
 * @param outcome - an answer that is no success, or why there is none
 * @internal
 */
export function httpFailure(
  outcome: Outcome | PrincipalError,
  call: HttpCall | undefined,
  config: HttpRequestConfig,
  destinationUrl: string
): HttpFailure {
  const isAnswer = !(outcome instanceof Error)
  const failure = new HttpFailure(isAnswer ? textOf(outcome) : redact(outcome.message))
  const names = Object.keys(call?.headers ?? config.headers ?? {})
  const headers = Object.fromEntries(names.map((name) => [name, '***']))
  return Object.assign(failure, {
    code: isAnswer ? codeOf(outcome) : outcome.code,
    config: {
      baseURL: destinationUrl,
      url: config.url ?? '',
      headers
    },
    ...(isAnswer && { response: responseOf(outcome) })
  })
}

function textOf({ status, headers }: HttpAnswer): string {
  if (status >= 300) return `Request failed with status code ${status}`
  return `Received content-type '${String(headers['content-type'])}' which is not part of accepted content types`
}

/** As axios has it. */
function codeOf({ status }: HttpAnswer): string {
  return status >= 400 && status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE'
}

function responseOf({ status, statusText, headers, data }: HttpAnswer): RemoteResponse {
  const loggable = LOGGABLE.filter((name) => headers[name] !== undefined)
  const kept = Object.fromEntries(loggable.map((name) => [name, headers[name]]))
  return { status, statusText, headers: kept, data }
}

/**
 * A success, without the session that the system opened for the user: CAP may put a whole response into an error.
 *
 * @internal
 */
export function httpResponse({ headers, status, statusText, data }: HttpAnswer): HttpResponse {
  return { status, statusText, data, headers: withoutSession(headers), request: undefined }
}

function withoutSession(headers: HttpAnswer['headers']): HttpAnswer['headers'] {
  if (headers['set-cookie'] === undefined && headers['x-csrf-token'] === undefined) return headers
  const { 'set-cookie': _, 'x-csrf-token': __, ...others } = headers
  return others
}

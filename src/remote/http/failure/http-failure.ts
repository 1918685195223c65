import type { HttpRequestConfig, HttpResponse } from '@sap-cloud-sdk/http-client'

import { redact, secretsIn, withoutSecrets } from '../../../lib/redact.js'
import type { PrincipalError, RemoteError, RemoteResponse } from '../../../errors.js'
import type { HttpAnswer, HttpCall, TransportError } from '../message/http-call.js'

/** Response headers that can be logged; cookies and tokens cannot. */
const LOGGABLE = [
  'allow',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'dataserviceversion',
  'date',
  'etag',
  'expires',
  'last-modified',
  'odata-version',
  'retry-after',
  'sap-message',
  'sap-server',
  'server',
  'vary',
  'www-authenticate',
  'x-correlation-id',
  'x-correlationid',
  'x-request-id',
  'x-vcap-request-id'
]

/** Request as a failure shows it: with names of headers only. */
export interface FailedRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Failed call of {@link executeHttpRequest}, in the shape of the SAP Cloud SDK's error (axios):
 * `isAxiosError(error)` is true, `response` is set if there was an answer, and `cause` if there was
 * none. It holds no secret.
 *
 * The `reason` of a failed call of CAP's remote services is such an error as well.
 */
export class HttpFailure extends Error {
  readonly isAxiosError = true
  /** Code as in axios (`ERR_BAD_REQUEST`), or of Node (`ECONNREFUSED`). */
  declare readonly code: string
  /** HTTP status of the answer. */
  declare readonly status?: number
  declare readonly config: FailedRequest & { readonly baseURL: string }
  declare readonly request?: FailedRequest
  declare readonly response?: RemoteResponse
  /**
   * Error that names the hop, the cause and the fix, if the call failed on its way or at the door
   * of the system. Not enumerable.
   */
  declare readonly remoteError?: RemoteError

  constructor(message: string) {
    super(message)
    this.name = 'AxiosError'
  }
}

/** Outcome of a call, before secrets are removed. */
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
  const secrets = secretsIn(call?.headers ?? {})
  const failure = new HttpFailure(
    String(withoutSecrets(isAnswer ? textOf(outcome) : outcome.message, secrets))
  )
  const names = Object.keys(call?.headers ?? config.headers ?? {})
  const headers = Object.fromEntries(names.map((name) => [name, '***']))
  const request = { method: config.method.toUpperCase(), url: config.url ?? '', headers }
  return Object.assign(failure, {
    code: isAnswer ? codeOf(outcome) : outcome.code,
    config: { ...request, method: config.method.toLowerCase(), baseURL: destinationUrl },
    ...(call && { request }),
    ...(isAnswer && { status: outcome.status, response: responseOf(outcome, secrets) })
  })
}

/**
 * Returns the error of {@link executeHttpRequest}: the failure itself, with the error that names
 * the hop.
 *
 * @internal
 */
export function withRemoteError(error: RemoteError): HttpFailure | RemoteError {
  const { reason } = error
  if (!(reason instanceof HttpFailure)) return error
  return Object.defineProperty(reason, 'remoteError', { value: error, configurable: true })
}

/** Fields of Node's errors that can be logged. */
const OF_NODE = ['code', 'errno', 'syscall', 'address', 'port', 'hostname'] as const

/** Adds Node's error as the cause, without parts of the request. @internal */
export function withCause(failure: HttpFailure, { cause }: TransportError): void {
  if (!(cause instanceof Error)) return
  const own = new Error(redact(cause.message))
  for (const name of OF_NODE) {
    const value = (cause as unknown as Record<string, unknown>)[name]
    if (typeof value === 'string' || typeof value === 'number')
      Object.assign(own, { [name]: value })
  }
  failure.name = cause.name // as axios
  Object.defineProperty(failure, 'cause', { value: own, configurable: true })
}

function textOf({ status, headers }: HttpAnswer): string {
  if (status >= 300) return `Request failed with status code ${status}`
  return `Received content-type '${String(headers['content-type'])}' which is not part of accepted content types`
}

function codeOf({ status }: HttpAnswer): string {
  return status >= 400 && status < 500 ? 'ERR_BAD_REQUEST' : 'ERR_BAD_RESPONSE'
}

/** Copies a response without credentials, which systems may repeat. */
function responseOf(answer: HttpAnswer, secrets: readonly string[]): RemoteResponse {
  const { status, headers } = answer
  const clean = (value: unknown) => withoutSecrets(value, secrets)
  const loggable = LOGGABLE.filter((name) => headers[name] !== undefined)
  const kept = Object.fromEntries(loggable.map((name) => [name, clean(headers[name])]))
  const { location, 'x-csrf-token': csrf } = headers
  if (typeof location === 'string') kept['location'] = clean(withoutQuery(location))
  if (/^required$/i.test(String(csrf))) kept['x-csrf-token'] = csrf
  const statusText = String(clean(answer.statusText))
  return { status, statusText, headers: kept, data: clean(answer.data) }
}

/** Returns a URL without query and fragment, which may hold a code, a token or a SAML message. */
function withoutQuery(location: string): string {
  const [target = '', ...rest] = redact(location).split(/[?#]/)
  return rest.length ? `${target}?***` : target
}

/**
 * Returns a successful response without the session of the user: CAP may put a whole response into
 * an error.
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

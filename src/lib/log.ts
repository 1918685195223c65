import { inspect } from 'node:util'

import { cap } from '../cap.js'
import { type Explanation, type FailureFacts, lineOf, type PrincipalError } from '../errors.js'
import { debugOf } from './lazy.js'
import { countRefusal } from './telemetry/metrics.js'
import { printable } from './redact.js'

/** Log of the decisions of this package: `DEBUG=principal`, or `cds.log.levels.principal`. */
const log = cap.log('principal')

/** Facts about the request in which a failure happened, or about the call. The error's own facts count first. */
interface Circumstances extends Pick<FailureFacts, 'service' | 'destination' | 'principal'> {
  /** Alias of the issuer in the configuration. */
  readonly issuer?: string | undefined
}

/** Entry of the log for one failure: an object for logs of JSON, one line on a console. */
interface FailureEntry extends Partial<Explanation> {
  readonly message: string
  readonly code: string
  readonly status: number
  readonly issuer?: string
  readonly correlation_id?: string
}

/**
 * Logs a failure as one entry, once for each request: code, hop, cause, fix, and the command that explains more. The
 * entry has no token, no secret, and no claim of a user. CAP's own entries about the same error are
 * then for debugging.
 *
 * @param circumstances - of the request
 * @internal
 */
export function logFailure(error: PrincipalError, circumstances: Circumstances = {}): void {
  const req = cap.context?.http?.req
  if (req) watchers.get(req)?.(error)
  if (isLogged(error)) return
  countRefusal(error.code)
  const res = cap.context?.http?.res
  if (typeof res === 'object') failures.set(res, error)
  const entry = entryOf(error, circumstances)
  if (error.status < 500) log.warn(entry)
  else log.error(entry)
}

/** Receivers of the failures of a request. */
const watchers = new WeakMap<object, (failure: PrincipalError) => void>()

/**
 * Calls a function for each failure that is logged while an HTTP request is handled.
 *
 * @internal
 */
export function watchFailures(req: object, watcher: (failure: PrincipalError) => void): void {
  watchers.set(req, watcher)
}

/** The failure of a response that was logged last. */
const failures = new WeakMap<object, PrincipalError>()

/** Returns the failure that was logged last while a response was made. @internal */
export function loggedFailure(res: object): PrincipalError | undefined {
  return failures.get(res)
}

/** Returns the entry with its facts as properties, which CAP's JSON log takes over. */
function entryOf(
  error: PrincipalError,
  { issuer, service, destination, principal }: Circumstances
): FailureEntry {
  const { code, status, explanation } = error
  const id: unknown = cap.context?.id
  const details = [issuer && `issuer ${issuer}`, `correlation id ${printable(id)}`].filter(Boolean)
  const message = `${lineOf(error)} (${details.join(', ')})`
  const correlation = typeof id === 'string' && { correlation_id: printable(id) }
  const call = {
    ...(service !== undefined && { service }),
    ...(destination !== undefined && { destination }),
    ...(principal && { principal })
  }
  const own = { ...call, ...explanation, ...(issuer && { issuer }), ...correlation }
  const entry = { message, code, status, ...own }
  return Object.defineProperty(entry, inspect.custom, { value: () => message })
}

/** Errors that are logged, with the correlation ids of the requests that failed with them; and errors that will be logged. */
const explained = new WeakMap<object, Set<unknown>>()

/** True if the current request has logged an error before; from now on, it has. */
function isLogged(error: object): boolean {
  const ids = explained.get(error) ?? new Set()
  explained.set(error, ids)
  const id: unknown = cap.context?.id
  return ids.size === ids.add(id).size
}

/**
 * Notes that an error belongs to a failure that this package explains: CAP's entries about it are
 * for debugging.
 *
 * @internal
 */
export function noteExplained(error: unknown): void {
  if (typeof error === 'object' && error !== null && !explained.has(error)) {
    explained.set(error, new Set())
  }
}

/** Explanations of errors that may still reach a client, and those of a response that are not logged yet. */
const explanations = shared('explanations', () => new WeakMap<object, Explaining>())
const pending = new WeakMap<object, Set<Explaining>>()

type Explaining = PrincipalError & Circumstances

/** Returns a value that all copies of this package in the process have: a project can load it from two places. */
function shared<T>(name: string, make: () => T): T {
  const all = globalThis as Record<symbol, unknown>
  return (all[Symbol.for(`cds-principal.${name}`)] ??= make()) as T
}

/**
 * Keeps the explanation of an error that code further up may still handle. It is logged when the error reaches the client.
 *
 * @internal
 */
export function explainLater(error: unknown, explanation: Explaining): void {
  if (typeof error !== 'object' || error === null || explanations.has(error)) return
  explanations.set(error, explanation)
  noteExplained(error)
  const res = cap.context?.http?.res
  if (res) pending.set(res, (pending.get(res) ?? new Set()).add(explanation))
}

/** Returns the explanation of an error, or of one that has caused it. @internal */
export function explanationOf(error: unknown, depth = 0): Explaining | undefined {
  if (typeof error !== 'object' || error === null || depth > 3) return undefined
  return explanations.get(error) ?? explanationOf((error as { cause?: unknown }).cause, depth + 1)
}

/** Logs the explanation of an error, or of one that has caused it, if there is one. @internal */
export function logExplanation(error: unknown): void {
  const explanation = explanationOf(error)
  if (explanation) logFailure(explanation, explanation)
}

/**
 * Logs the explanations for a response that are not logged yet: code of the application has sent the answer.
 *
 * @returns true if there are explanations for this response
 * @internal
 */
export function logPending(res: object): boolean {
  const all = pending.get(res)
  for (const each of all ?? []) logFailure(each, each)
  return all !== undefined
}

/** True if an error, or one inside it, is explained by an entry of this package. @internal */
export function isExplained(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 5) return false
  if (explained.has(error)) return true
  const original: unknown = Object.getPrototypeOf(error) // CAP 9 logs an object that inherits from the error
  if (original instanceof Error && explained.has(original)) return true
  const { cause, reason, errors, response, headers } = error as Record<string, unknown>
  const several: unknown[] = Array.isArray(errors) ? errors : []
  // of an answer that CAP takes apart, its errors or its headers are left
  const parts = [cause, reason, response, headers, ...several]
  return parts.some((part) => isExplained(part, depth + 1))
}

/** Logs an outbound call as one line of JSON: `DEBUG=principal`. @internal */
export function logCall(call: object): void {
  if (log._debug) log.debug(`principal.call ${JSON.stringify(call)}`)
}

/** True with `DEBUG=principal`. @internal */
export function isDebug(): boolean {
  return log._debug
}

/** Logs a decision for the developer: `DEBUG=principal`. @internal */
export function logDebug(text: string): void {
  log.debug(text)
}

/** Logs a problem that stops nothing and should be corrected. @internal */
export function logWarning(text: string): void {
  log.warn(text)
}

/** Logs one line for the developer at the terminal. @internal */
export function logInfo(text: string): void {
  log.info(text)
}

/** Patterns of request headers with tokens, or names of users, that CAP's JSON log would print as they are. */
const TOKEN_HEADERS = [
  '/auth/i',
  '/token/i',
  '/jwt/i',
  '/assertion/i',
  '/saml/i',
  '/^forwarded$/i',
  '/secret|password|credential|session|api-?key/i',
  '/user$/i'
]

/** Adds headers with tokens to those that CAP masks in its log. @internal */
export function maskTokenHeaders(): void {
  const settings = cap.env.log
  settings.mask_headers = [...(settings.mask_headers ?? []), ...TOKEN_HEADERS]
}

/** Libraries that log tokens and secrets with `DEBUG=*`, each behind the packages that bring it along. */
const LIBRARIES_LOGGING_SECRETS = [
  ['@sap/xssec'],
  ['@sap-cloud-sdk/connectivity', '@sap/xsenv'],
  ['@sap-cloud-sdk/http-client', 'axios', 'follow-redirects']
]

/**
 * Excludes from `DEBUG` the libraries that log requests with all headers: for those that are loaded later, and for those that are
 * loaded already, which have read `DEBUG`.
 *
 * @see https://github.com/debug-js/debug, "Wildcards"
 * @internal
 */
export function quietLibraries(): void {
  const { DEBUG } = process.env
  if (!DEBUG) return
  const excluded = LIBRARIES_LOGGING_SECRETS.map((way) => `-${way.at(-1)?.split('/').pop() ?? ''}`)
  const namespaces = [DEBUG, ...excluded].join()
  process.env.DEBUG = namespaces
  for (const way of LIBRARIES_LOGGING_SECRETS) debugOf(way)?.enable(namespaces)
}

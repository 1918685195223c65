import { cap } from '../cap.js'
import type { PrincipalError } from '../errors.js'

/** Log of the decisions of this package: `DEBUG=principal`, or `cds.log.levels.principal`. */
const log = cap.log('principal')

/**
 * Logs a refusal as one line: code, reason, issuer alias, correlation id. The line has no token,
 * claim or user.
 *
 * @param issuer - alias of the issuer in the configuration
 * @internal
 */
export function logRefusal(error: PrincipalError, issuer?: string): void {
  const details = [issuer && `issuer ${issuer}`, `correlation id ${printable(cap.context?.id)}`]
  const line = `${error.code} - ${error.message} (${details.filter(Boolean).join(', ')})`
  if (error.status < 500) log.warn(line)
  else log.error(line)
}

/** Logs an outbound call as one line of JSON: `DEBUG=principal`. @internal */
export function logCall(call: object): void {
  if (log._debug) log.debug(`principal.call ${JSON.stringify(call)}`)
}

/** Logs a problem that stops nothing and should be corrected. @internal */
export function logWarning(text: string): void {
  log.warn(text)
}

/** Logs one line for the developer at the terminal. @internal */
export function logInfo(text: string): void {
  log.info(text)
}

/**
 * Makes a value from outside fit for a log line: no control characters, 200 characters at most.
 *
 * @internal
 */
export function printable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[^\x20-\x7e]/g, '?').slice(0, 200) : 'none'
}

/** Patterns of request headers with tokens that CAP's JSON log would print as they are. */
const TOKEN_HEADERS = [
  '/auth/i',
  '/token/i',
  '/jwt/i',
  '/assertion/i',
  '/saml/i',
  '/^forwarded$/i',
  '/secret|password|credential|session|api-?key/i'
]

/** Adds headers with tokens to those that CAP masks in its log. @internal */
export function maskTokenHeaders(): void {
  const settings = cap.env.log
  settings.mask_headers = [...(settings.mask_headers ?? []), ...TOKEN_HEADERS]
}

/** Libraries that log tokens and secrets with `DEBUG=*`. */
const LIBRARIES_LOGGING_SECRETS = ['xssec', 'follow-redirects']

/**
 * Excludes from `DEBUG` the libraries that log requests with all headers. Called before they are
 * loaded, as they read `DEBUG` then.
 *
 * @see https://github.com/debug-js/debug, "Wildcards"
 * @internal
 */
export function quietLibraries(): void {
  const { DEBUG } = process.env
  if (DEBUG)
    process.env.DEBUG = [DEBUG, ...LIBRARIES_LOGGING_SECRETS.map((name) => `-${name}`)].join()
}

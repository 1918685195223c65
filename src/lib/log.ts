import { cap } from '../cap.js'
import type { PrincipalError } from '../errors.js'

/** Log of everything that this package decides: `DEBUG=principal`, or `cds.log.levels.principal`. */
const log = cap.log('principal')

/**
 * Writes a refusal as one line: code, reason, issuer alias, correlation id. No token, no claim, no user.
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

/** One line for an outbound call, as JSON: `DEBUG=principal`. @internal */
export function logCall(call: object): void {
  if (log._debug) log.debug(`principal.call ${JSON.stringify(call)}`)
}

/** Something to mend, which stops nothing. @internal */
export function logWarning(text: string): void {
  log.warn(text)
}

/** One line for the developer at the terminal. @internal */
export function logInfo(text: string): void {
  log.info(text)
}

/** What came from outside, for a log line: no control characters, 200 characters at most. @internal */
export function printable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/[^\x20-\x7e]/g, '?').slice(0, 200) : 'none'
}

/** Request headers that CAP's JSON log would print as they are: they hold tokens of the platform's routers and clients. */
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

/** Libraries that print tokens and secrets when everything is printed (`DEBUG=*`). */
const LIBRARIES_LOGGING_SECRETS = ['xssec', 'follow-redirects']

/**
 * Takes libraries that print requests with all headers out of `DEBUG`; they read it when they are loaded.
 *
 * @see https://github.com/debug-js/debug, "Wildcards"
 * @internal
 */
export function quietLibraries(): void {
  const { DEBUG } = process.env
  if (DEBUG)
    process.env.DEBUG = [DEBUG, ...LIBRARIES_LOGGING_SECRETS.map((name) => `-${name}`)].join()
}

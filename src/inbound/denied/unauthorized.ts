import type { IncomingMessage } from 'node:http'

import { attachedLandscape } from '../../development/attached.js'
import { PrincipalError, RequestError } from '../../errors.js'
import { printable } from '../../lib/redact.js'
import { isFromThisMachine } from '../this-machine.js'

/**
 * Explains a 401 for a request that came without credentials.
 *
 * @returns nothing for the first request of a browser at the emulated landscape: the answer makes it ask for a user
 * @internal
 */
export function missingCredentials(req: IncomingMessage): RequestError | undefined {
  if (isBrowserLogon(req)) return undefined
  if (isFromApprouter(req)) {
    const cause = 'the request came through an approuter, which sent no token'
    const fix =
      'Set "forwardAuthToken": true at the destination in the approuter ("HTML5.ForwardAuthToken" at one of the Destination ' +
      'service), and "authenticationType": "xsuaa" (or "ias") at the route in xs-app.json.'
    return new RequestError('ERR_CREDENTIALS_MISSING', cause, { fix })
  }
  const [user] = attachedLandscape()?.users ?? []
  const command = user ? ` (npx cds-principal token ${user.name})` : ''
  return new RequestError(
    'ERR_CREDENTIALS_MISSING',
    'the request has no "Authorization" header, and what it asks for is not open to everybody',
    { fix: `Send "Authorization: Bearer <token>"${command}.` }
  )
}

/** Browsers send the header first when they have been asked for it. */
function isBrowserLogon(req: IncomingMessage): boolean {
  const isOfBrowser = req.headers['sec-fetch-site'] !== undefined
  return isOfBrowser && attachedLandscape() !== undefined && isFromThisMachine(req)
}

/** Headers that the approuter adds, and the platform's own router does not. */
function isFromApprouter({ headers }: IncomingMessage): boolean {
  return headers['x-forwarded-path'] !== undefined
}

/**
 * Explains a 401 for a caller whose token was accepted: code of the application has passed on that of another system, or made it.
 *
 * @param error - that became the answer, if it is known
 * @param hasEnded - true if the token of the caller has ended meanwhile
 * @internal
 */
export function passedOn(error: unknown, hasEnded: boolean): PrincipalError {
  const host = hostIn(error)
  const isRemote = host !== undefined || isOfCall(error)
  const who = isRemote ? `another system${host ? ` (${printable(host)})` : ''}` : 'the application'
  const cause = hasEnded
    ? `the token of the caller was accepted and has ended since; then ${who} answered 401`
    : `the token of the caller was accepted, and then ${who} answered 401, which was passed on`
  const fix = isRemote
    ? 'Look at the credentials of that call. Catch its error in the handler, and answer 502: a client that gets 401 believes that its own token is wrong.'
    : 'Look for 401 in the handlers and middlewares of the application; 403 is the status for somebody who may not do it.'
  return new PrincipalError('ERR_UNAUTHORIZED_PASSED_ON', cause, { fix })
}

/** Error of an HTTP client, as far as it says where it was. */
interface CallError {
  readonly isAxiosError?: unknown
  readonly config?: { readonly baseURL?: unknown; readonly url?: unknown }
  readonly request?: { readonly url?: unknown; readonly host?: unknown }
  readonly response?: { readonly url?: unknown; readonly status?: unknown }
}

/** Errors of axios, of the SAP Cloud SDK around them, and of CAP's remote services. */
function* chainOf(error: unknown, depth = 0): Generator<CallError> {
  if (typeof error !== 'object' || error === null || depth > 4) return
  yield error
  const { cause, reason, rootCause } = error as Record<string, unknown>
  for (const each of [cause, reason, rootCause]) yield* chainOf(each, depth + 1)
}

function isOfCall(error: unknown): boolean {
  return [...chainOf(error)].some(({ isAxiosError, response }) => isAxiosError ?? response)
}

/** Returns the host, without path and query, which may have names of users. */
function hostIn(error: unknown): string | undefined {
  for (const { config, request, response } of chainOf(error)) {
    for (const url of [config?.url, config?.baseURL, request?.url, response?.url]) {
      if (typeof url === 'string' && URL.canParse(url)) return new URL(url).host
    }
    if (typeof request?.host === 'string') return request.host
  }
  return undefined
}

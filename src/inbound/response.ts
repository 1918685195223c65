import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'

import cds from '@sap/cds'
import onHeaders from 'on-headers'

import { PrincipalError, RequestError, TokenError } from '../errors.js'
import { logFailure, loggedFailure, logPending } from '../lib/log.js'
import type { Identity } from '../user/identity.js'
import {
  canLogOnHelp,
  type ChallengeOptions,
  challengesFor,
  insufficientScope
} from './denied/challenge.js'
import { type RoleHolder, missingServiceRole } from './denied/missing-role.js'
import { missingCredentials, passedOn } from './denied/unauthorized.js'

/** Seconds after which a client may try again, where nothing else is known. */
const RETRY_AFTER = 30

/** Express's continuation. */
export type Next = (error?: unknown) => void

/**
 * Ends a request whose credentials are not accepted: one line in the log, constant text to the client.
 *
 * @param next - gets the refusal where the host has no response that could be answered
 * @internal
 */
export function refuse(
  res: ServerResponse,
  error: unknown,
  options: ChallengeOptions,
  next: Next
): void {
  const refusal = error instanceof PrincipalError ? error : unexpected(error)
  logFailure(refusal, { issuer: (refusal as Partial<TokenError>).issuer })
  end(res, refusal, headersOf(refusal, options), next)
}

/**
 * Ends a request of somebody who has not the roles for it, with constant text. Why, is in the log when the answer leaves.
 *
 * @param next - gets the refusal where the host has no response that could be answered
 * @internal
 */
export function forbid(res: ServerResponse, next: Next): void {
  withoutRole.add(res)
  end(res, new TokenError('ERR_ROLE_MISSING', 'a role is missing'), {}, next)
}

/** Responses to somebody whom CAP keeps out of a service, also where the log has no reason: the path is not that of the service. */
const withoutRole = new WeakSet<ServerResponse>()

function end(
  res: ServerResponse,
  { status, clientMessage }: PrincipalError,
  headers: OutgoingHttpHeaders,
  next: Next
): void {
  if (!canAnswer(res)) {
    next(handshakeError(status, clientMessage, headers))
    return
  }
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value as string)
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ error: { code: String(status), message: clientMessage } }))
}

/**
 * Ends a request without credentials where every request needs some; the challenge is added when the answer leaves.
 *
 * @internal
 */
export function requireCredentials(req: IncomingMessage, res: ServerResponse, next: Next): void {
  if (!canAnswer(res)) explainUnauthorized(req, res, undefined)
  end(res, new RequestError('ERR_SCHEME_UNSUPPORTED', 'credentials are missing'), {}, next)
}

function headersOf(refusal: PrincipalError, options: ChallengeOptions): OutgoingHttpHeaders {
  const { status } = refusal
  if (status === 400 || status === 401) {
    return { 'WWW-Authenticate': challengesFor(refusal, options) }
  }
  const { retryAfter = RETRY_AFTER } = refusal as Partial<TokenError>
  return status === 503 ? { 'Retry-After': retryAfter } : {}
}

/** Returns the error in the form that Express reads. Its text goes to the client, in some hosts as part of a status line. */
function handshakeError(status: number, message: string, headers: OutgoingHttpHeaders): Error {
  return Object.assign(new Error(message), {
    code: String(status),
    status,
    statusCode: status,
    headers
  })
}

/** Any exception while a token is checked means: not accepted. Its text may hold claims, so only its kind goes on. */
function unexpected(error: unknown): PrincipalError {
  const kind = error instanceof Error ? error.name : typeof error
  return new TokenError('ERR_TOKEN_CLAIM', `the token could not be read (${kind})`, {
    fix: 'Compare the claims with those of another token of the issuer.'
  })
}

/** Facts that become known about a request until it is answered. */
export interface ResponseContext {
  /** Identity of the sender, once it is known. */
  identity: Identity | undefined
}

/**
 * Completes the response before its headers are sent: a 401 gets its challenge (CAP 10 sends a bare one), a 403 for a missing role says
 * `insufficient_scope`, and no shared cache may keep a response that was made for one user.
 *
 * @see RFC 6750 section 3, RFC 9111 section 3.5
 * @internal
 */
export function addChallengeToResponse(
  res: ServerResponse,
  req: IncomingMessage,
  schemes: ChallengeOptions
): ResponseContext {
  const response: ResponseContext = { identity: undefined }
  if (!canAnswer(res)) return response
  const { context } = cds
  onHeaders(res, () => {
    const { identity } = response
    const { statusCode } = res
    if (statusCode === 401) {
      if (!res.hasHeader('WWW-Authenticate')) explainUnauthorized(req, res, identity)
      const why = identity && ownTokenFailure(res, identity)
      setDefault(res, 'WWW-Authenticate', challengesFor(why, schemes))
    } else if (statusCode === 403) {
      const failure = explain(req, res, identity, (cds.context ?? context)?.user)
      if (withoutRole.has(res) || canLogOnHelp(failure))
        setDefault(res, 'WWW-Authenticate', insufficientScope(schemes))
    }
    if (statusCode >= 400) setDefault(res, 'Cache-Control', 'no-store')
    else if (identity) setDefault(res, 'Cache-Control', 'private')
  })
  return response
}

function explainUnauthorized(
  req: IncomingMessage,
  res: ServerResponse,
  identity: Identity | undefined
): void {
  if (logPending(res) || loggedFailure(res)?.status === 401) return
  const failure = identity ? passedOn(undefined, hasEnded(identity)) : missingCredentials(req)
  if (failure) logFailure(failure, { issuer: identity?.issuer })
}

/** Returns the failure, if the 401 is about the caller's own token, which was accepted: it ended before it could be sent on. */
function ownTokenFailure(res: ServerResponse, identity: Identity): PrincipalError | undefined {
  const failure = loggedFailure(res)
  if (failure?.code === 'ERR_TOKEN_EXPIRES') return failure
  return hasEnded(identity) ? new TokenError('ERR_TOKEN_EXPIRED', 'the token has ended') : undefined
}

const hasEnded = ({ expiresAt }: Identity) => expiresAt * 1000 <= Date.now()

/**
 * Logs why the answer is 403, and returns the reason as far as it is known. Roles are those of the user as he is now: an application can
 * have changed him since he was authenticated.
 */
function explain(
  req: IncomingMessage,
  res: ServerResponse,
  identity: Identity | undefined,
  user: RoleHolder | undefined
): PrincipalError | undefined {
  if (logPending(res)) return loggedFailure(res)
  const refusal = identity && user && missingServiceRole(identity, user, pathOf(req))
  if (!refusal) return loggedFailure(res)
  logFailure(refusal, { issuer: identity.issuer })
  return refusal
}

/** The whole path: express cuts off what a service is mounted at. */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '').split('?', 1)[0] ?? ''
}

function setDefault(res: ServerResponse, name: string, value: string | string[]): void {
  if (!res.hasHeader(name)) res.setHeader(name, value)
}

/** Object that a host passes in place of a response, with the members that are used here. */
interface StandIn {
  readonly status?: (code: number) => unknown
  readonly send?: (body: string) => unknown
}

/**
 * True if the host waits for an answer to this request: Express does. Hosts of connections, such as
 * `@cap-js-community/websocket`, run CAP's middlewares with a stand-in, or with a response that has been sent.
 *
 * @internal
 */
export function canAnswer(res: ServerResponse): boolean {
  const { headersSent, hasHeader } = res as Partial<ServerResponse>
  return typeof hasHeader === 'function' && headersSent === false
}

/**
 * Ends a connection with the token that has opened it: what comes over it later would be handled as a user whose token is over.
 *
 * @param expiresAt - seconds since the epoch
 * @internal
 */
export function closeWithToken(
  { headers, socket }: IncomingMessage,
  res: ServerResponse,
  expiresAt: number
): void {
  const close = () => {
    const { status, send } = res as unknown as StandIn
    status?.call(res, 401) // the host's own way, where it has one
    send?.call(res, 'Unauthorized')
    if (headers.upgrade) socket.destroy()
  }
  const timer = setTimeout(close, Math.max(expiresAt * 1000 - Date.now(), 0)).unref()
  ;(socket as Partial<typeof socket> | undefined)?.once?.('close', () => {
    clearTimeout(timer)
  })
}

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

import { PrincipalError, RequestError, TokenError } from '../errors.js'
import { logRefusal } from '../log.js'
import { challengesFor, type ChallengeOptions } from './challenge.js'
import { canAnswer } from './stand-in.js'

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
  logRefusal(refusal, refusal instanceof TokenError ? refusal.issuer : undefined)
  end(res, refusal, headersOf(refusal, options), next)
}

/**
 * Ends a request of somebody who has not the roles for it, with constant text. Why, is in the log when the answer leaves.
 *
 * @param next - gets the refusal where the host has no response that could be answered
 * @internal
 */
export function forbid(res: ServerResponse, next: Next): void {
  end(res, new TokenError('ERR_ROLE_MISSING', 'a role is missing'), {}, next)
}

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
export function requireCredentials(res: ServerResponse, next: Next): void {
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

/** In the shape that Express and its relatives read. Its text goes to the client, in some hosts as part of a status line. */
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
  return new TokenError('ERR_TOKEN_CLAIM', `the token could not be read (${kind})`)
}

import type { ServerResponse } from 'node:http'

import { PrincipalError, RequestError, TokenError } from '../errors.js'
import { logRefusal } from '../log.js'
import { challengesFor, type ChallengeOptions } from './challenge.js'

/** Seconds after which a client may try again, where nothing else is known. */
const RETRY_AFTER = 30

/**
 * Ends a request whose credentials are not accepted: one line in the log, constant text to the client.
 *
 * @internal
 */
export function refuse(res: ServerResponse, error: unknown, options: ChallengeOptions): void {
  const refusal = error instanceof PrincipalError ? error : unexpected(error)
  logRefusal(refusal, refusal instanceof TokenError ? refusal.issuer : undefined)
  const { status } = refusal
  if (status === 400 || status === 401) {
    res.setHeader('WWW-Authenticate', challengesFor(refusal, options))
  }
  if (status === 503) {
    const { retryAfter = RETRY_AFTER } = refusal as Partial<TokenError>
    res.setHeader('Retry-After', retryAfter)
  }
  end(res, refusal)
}

/**
 * Ends a request of somebody who has not the roles for it, with constant text. Why, is in the log when the answer leaves.
 *
 * @internal
 */
export function forbid(res: ServerResponse): void {
  end(res, new TokenError('ERR_ROLE_MISSING', 'a role is missing'))
}

function end(res: ServerResponse, { status, clientMessage }: PrincipalError): void {
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ error: { code: String(status), message: clientMessage } }))
}

/**
 * Ends a request without credentials where every request needs some; the challenge is added when the answer leaves.
 *
 * @internal
 */
export function requireCredentials(res: ServerResponse): void {
  end(res, new RequestError('ERR_SCHEME_UNSUPPORTED', 'credentials are missing'))
}

/** Any exception while a token is checked means: not accepted. Its text may hold claims, so only its kind goes on. */
function unexpected(error: unknown): PrincipalError {
  const kind = error instanceof Error ? error.name : typeof error
  return new TokenError('ERR_TOKEN_CLAIM', `the token could not be read (${kind})`)
}

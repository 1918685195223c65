import type { ServerResponse } from 'node:http'

import onHeaders from 'on-headers'

import { PrincipalError, TokenError } from '../errors.js'
import { logRefusal } from '../log.js'
import { challengesFor, type ChallengeOptions } from './challenge.js'

/** Seconds after which a client may try again while an issuer can't be asked. */
const RETRY_AFTER = 30

/** A token that was accepted, and a 401 all the same: it ended before it could be sent on. */
const EXPIRED_MEANWHILE = new TokenError('ERR_TOKEN_EXPIRED', 'the token has expired since')

/** What is known of the request by the time it is answered. */
export interface ResponseOptions extends ChallengeOptions {
  /** Whether it is answered for a user. */
  authenticated(): boolean
  /** Called once when the answer is 403. */
  forbidden(): void
}

/**
 * Whatever answers the request in the end: a 401 gets its challenge (CAP 10 sends a bare one), a 403 says
 * `insufficient_scope`, and nothing that was made for one user is kept in a shared cache.
 *
 * @see RFC 6750 section 3, RFC 9111 section 3.5
 * @internal
 */
export function challenge(res: ServerResponse, options: ResponseOptions): void {
  onHeaders(res, () => {
    const { statusCode } = res
    if (statusCode === 401) {
      const error = options.authenticated() ? EXPIRED_MEANWHILE : undefined
      setDefault(res, 'WWW-Authenticate', challengesFor(error, options))
    }
    if (statusCode === 403) {
      options.forbidden()
      setDefault(res, 'WWW-Authenticate', 'Bearer error="insufficient_scope"')
    }
    if (statusCode >= 400) setDefault(res, 'Cache-Control', 'no-store')
    else if (options.authenticated()) setDefault(res, 'Cache-Control', 'private')
  })
}

/**
 * Ends a request whose credentials are not accepted: one line in the log, constant text to the client.
 *
 * @internal
 */
export function refuse(res: ServerResponse, error: unknown, options: ChallengeOptions): void {
  const refusal = error instanceof PrincipalError ? error : unexpected(error)
  logRefusal(refusal, refusal instanceof TokenError ? refusal.issuer : undefined)
  const { status, clientMessage } = refusal
  if (status === 400 || status === 401) {
    res.setHeader('WWW-Authenticate', challengesFor(refusal, options))
  }
  if (status === 503) res.setHeader('Retry-After', RETRY_AFTER)
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.end(JSON.stringify({ error: { code: String(status), message: clientMessage } }))
}

/** Any exception while a token is checked means: not accepted. Its text may hold claims, so only its kind goes on. */
function unexpected(error: unknown): PrincipalError {
  const kind = error instanceof Error ? error.name : typeof error
  return new TokenError('ERR_TOKEN_CLAIM', `the token could not be read (${kind})`)
}

function setDefault(res: ServerResponse, name: string, value: string | string[]): void {
  if (!res.hasHeader(name)) res.setHeader(name, value)
}

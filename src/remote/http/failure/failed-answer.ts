import { printable } from '../../../lib/redact.js'
import { type HttpAnswer, isCsrfRefusal } from '../message/http-call.js'
import type { FailedCall } from './rule.js'

/** An answer that is no success, from the system or from a hop on the way to it. */
export interface FailedAnswer extends FailedCall {
  readonly status: number
  readonly contentType: string
  /** Target of a redirect. */
  readonly location: string | undefined
  /** True if a write was refused for want of a valid CSRF token. */
  readonly isCsrfRefusal: boolean
  /** Body; empty if it is no text. */
  readonly text: string
  /** Code of OData's own error, as far as it can stand in a message. */
  readonly errorCode: string | undefined
  /** Code of OAuth in the challenge, such as `invalid_token` (RFC 6750, section 3). */
  readonly challengeCode: string | undefined
  /** Client of the SAP system that has answered. */
  readonly answeringClient: string | undefined
  /** Seconds by which the clock of the system is ahead of this one; negative: behind. 0 if the answer does not say it. */
  readonly clockAhead: number
}

/**
 * Reads an answer for the rules.
 *
 * @param answer - without credentials
 * @param cookies - of the answer as it came: SAP systems name their client in one
 * @internal
 */
export function failedAnswer(
  answer: HttpAnswer,
  call: FailedCall,
  errorCode: unknown,
  cookies: string | string[] | undefined
): FailedAnswer {
  const { status, headers, data } = answer
  const { location, date, 'www-authenticate': challenge } = headers
  return {
    ...call,
    status,
    contentType: String(headers['content-type']),
    location: typeof location === 'string' ? location : undefined,
    isCsrfRefusal: isCsrfRefusal(answer),
    text: typeof data === 'string' ? data : '',
    errorCode: printableCode(errorCode),
    challengeCode: /\berror="?([a-z_]{1,40})\b/.exec(String(challenge))?.[1],
    answeringClient: clientIn(String(challenge), [cookies ?? []].flat()),
    clockAhead: clockAhead(date)
  }
}

/**
 * Returns the client that an SAP system has answered in: `Basic realm="SAP NetWeaver Application Server [A4H/001]"`, and the
 * cookie `sap-usercontext=sap-client=001`.
 */
function clientIn(challenge: string, cookies: readonly string[]): string | undefined {
  const [, ofRealm] = /\[\w{3}\/(\d{3})\]/.exec(challenge) ?? []
  const ofCookie = cookies.map((each) => /^sap-usercontext=sap-client=(\d{3})\b/.exec(each)?.[1])
  return ofRealm ?? ofCookie.find(Boolean)
}

function clockAhead(date: unknown): number {
  const theirs = typeof date === 'string' ? Date.parse(date) : NaN
  return Number.isNaN(theirs) ? 0 : Math.round((theirs - Date.now()) / 1000)
}

/** Returns a code that can stand in a message. @internal */
export function printableCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[\w/.-]{1,60}$/.test(code) ? code : undefined
}

/**
 * Returns a path for a message: without keys of records and segments with an address, which may be those of persons.
 *
 * @internal
 */
export function pathForMessage(pathname: string | undefined): string | undefined {
  if (pathname === undefined) return undefined
  return printable(pathname.replace(/\([^)]*\)?/g, '(...)').replace(/[^/]*(@|%40)[^/]*/gi, '...'))
}

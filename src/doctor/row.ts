import { comparison, type ErrorCode, PrincipalError } from '../errors.js'
import { cleanCause } from '../lib/redact.js'

/** Parts of the way of a call, in their order. */
export type Hop =
  | 'bindings'
  | 'tokens'
  | 'roles'
  | 'configuration'
  | 'destinations'
  | 'connection'
  | 'as you'
  | 'trust'

/** Result of one look: right, to mend, to watch, or not seen. */
export type State = 'ok' | 'mend' | 'warning' | 'unknown'

/** Facts about one look, before the hop is known. They hold no secret and no token. */
export interface Finding {
  /** Thing that was looked at, such as a binding or a destination. */
  readonly subject: string
  /** Names of the required services that it is about; `undefined` if it is about all that use the subject. */
  readonly services?: readonly string[] | undefined
  readonly state: State
  /** Sentence that says what was seen, without a full stop. */
  readonly cause: string
  /** Value that is there. */
  readonly sent?: string | undefined
  /** Value, or list of values, that would be right. */
  readonly expected?: string | undefined
  /** Next step, as a sentence. */
  readonly fix?: string | undefined
  /** Code of the error that a request would get. */
  readonly code?: ErrorCode | undefined
}

/** One row of the report. */
export interface Row extends Finding {
  readonly hop: Hop
}

type Details = Pick<Finding, 'sent' | 'expected' | 'code'>

/** Returns a finding about something that is right. */
export function right(subject: string, cause: string): Finding {
  return { subject, state: 'ok', cause }
}

/** Returns a finding about something that could not be seen. It says why, and how to see it. */
export function unseen(subject: string, cause: string, fix?: string): Finding {
  return { subject, state: 'unknown', cause, fix }
}

/** Returns a finding about something to mend. */
export function broken(
  subject: string,
  cause: string,
  fix: string,
  details: Details = {}
): Finding {
  return { subject, state: 'mend', cause, fix, ...details }
}

/** Returns a finding about something that works, and should be changed. */
export function doubtful(
  subject: string,
  cause: string,
  fix: string,
  details: Details = {}
): Finding {
  return { subject, state: 'warning', cause, fix, ...details }
}

/**
 * Returns the finding for an error of this package: the same cause and fix as in the log of a request that fails with it.
 *
 * @param fix - for errors that name none
 */
export function brokenBy(subject: string, error: unknown, fix: string): Finding {
  if (!(error instanceof PrincipalError)) {
    const text = error instanceof Error ? error.message : 'it failed'
    return broken(subject, cleanCause(new Error(text)).messages.join(), fix)
  }
  const { cause, sent, expected, fix: own } = error.explanation
  const [text, next] =
    own === undefined ? split(cause) : [cause, own.replace(/^Nothing was sent\. /, '')]
  const details = { sent, expected, code: error.code }
  return broken(subject, withoutFullStop(text), next || fix, details)
}

/** Splits a message into cause and fix, for errors that have both in one text. */
function split(message: string): [string, string] {
  const [cause = '', ...fix] = message.split(/\s*Nothing was sent\.\s*/)
  if (fix.length) return [cause, fix.join(' ')]
  const [, before, after] =
    /^(.+?)(?:: |\. )((?:use|did|set|name|bind|remove|move|give|add|leave|create|either)\b.*)$/is.exec(
      message
    ) ?? []
  return before && after ? [before, after.charAt(0).toUpperCase() + after.slice(1)] : [message, '']
}

const withoutFullStop = (text: string) => text.replace(/\.$/, '')

const SIGNS: Readonly<Record<State, string>> = { ok: '✓', mend: '✗', warning: '!', unknown: '?' }

/** Returns a row as text: one line, and one more for the next step. */
export function textOf(row: Row): string {
  const { hop, subject, services, state, cause, sent, expected, fix, code } = row
  const named = code ? ` [${code}]` : ''
  const about = services ? `${subject} (for ${services.join(', ')})` : subject
  const line = `${SIGNS[state]} ${hop.padEnd(13)} ${about}: ${cause}${comparison(sent, expected)}${named}`
  return fix ? `${plain(line)}\n${' '.repeat(16)}→ ${plain(fix)}` : plain(line)
}

/** Replaces control characters: files of somebody else must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}

/** Returns the last line of the report: the number of rows to mend, or else to watch, and the first of them. */
export function summaryOf(rows: readonly Row[]): string {
  const unknown = rows.filter(({ state }) => state === 'unknown').length
  const hidden = unknown ? ` ${unknown} could not be seen.` : ''
  const toMend = countOf(rows, 'mend', 'to mend')
  const toWatch = countOf(rows, 'warning', 'to watch')
  return plain((toMend || `Nothing to mend.${toWatch && ` ${toWatch}`}`) + hidden)
}

function countOf(rows: readonly Row[], state: State, what: string): string {
  const found = rows.filter((row) => row.state === state)
  const [first] = found
  return first ? `${found.length} ${what}, first: ${first.hop}, ${first.subject}.` : ''
}

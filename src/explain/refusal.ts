import { ERROR_CODES, type ErrorCode, type PrincipalError } from '../errors.js'
import { explanationOf } from '../lib/log.js'
import { renderMarkdown } from './codes/markdown.js'
import { findCode } from './codes/sections.js'

/** Facts about an error that a client may be told. They are constant for a code. */
export interface Refusal {
  /** Stable code, explained in `docs/errors.md`. */
  readonly code: ErrorCode
  /** HTTP status for the client. */
  readonly status: number
  /** Text on what changes the outcome, from `docs/errors.md`: nothing of the request, its user or the configuration. */
  readonly nextStep: string
}

/**
 * Returns what a client may be told about an error that a service has thrown, for protocols that tell their clients more than a status:
 * an agent, for instance, has to know what to do next. CAP's own 403 has the code as well, if a role is missing.
 *
 * @param error - as it was caught
 * @returns `undefined` for an error that this package does not explain
 */
export function refusalOf(error: unknown): Refusal | undefined {
  const { remoteError } = Object(error) as { remoteError?: unknown }
  const own = remoteError ?? explanationOf(error) ?? error
  const { code, status, explanation } = Object(own) as Partial<PrincipalError>
  // a class of another copy of this package is another class
  if (!explanation || !code || !status || !Object.hasOwn(ERROR_CODES, code)) return undefined
  return { code, status, nextStep: nextStepFor(code) }
}

const nextSteps = new Map<ErrorCode, string>()

/** Returns the fix of a code as text without marks; only items of a list begin a line. */
function nextStepFor(code: ErrorCode): string {
  const known = nextSteps.get(code)
  if (known !== undefined) return known
  const { section = '' } = findCode(code) as { section?: string }
  const [, fix = section] = section.split('**Fix:**')
  const { text } = renderMarkdown(withListsForTables(fix.trim()))
  const lines = text.split(/\s*\n(?=- )/).map((line) => line.replaceAll(/\s+/g, ' '))
  const nextStep = text.charAt(0).toUpperCase() + lines.join('\n').slice(1)
  nextSteps.set(code, nextStep)
  return nextStep
}

/** Makes an item of each row of a table: its first cell says when, its last one what to do. */
function withListsForTables(markdown: string): string {
  return markdown.replaceAll(/^\|.*\n\|[ :|-]+\n((?:\|.*(?:\n|$))+)/gm, (_, rows: string) =>
    rows.replaceAll(/^\|([^|]*)\|(?:.*\|)?([^|]*)\|$/gm, (_row, when: string, step: string) =>
      [`- ${when.trim()}`, step.trim()].join(': ')
    )
  )
}

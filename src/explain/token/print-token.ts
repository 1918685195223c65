import { heading, wrap } from '../report.js'
import type { Access } from './access.js'
import type { Call } from './calls.js'
import type { ClaimRow } from './claim-rows.js'

/** A refusal as it is shown. */
export interface ShownFailure {
  readonly code: string
  readonly cause: string
  readonly sent?: string | undefined
  readonly expected?: string | undefined
  readonly fix?: string | undefined
}

/** Everything that is known of a token. */
export interface ExplainedToken {
  readonly accepted: boolean
  readonly issuer: string | undefined
  readonly hints: readonly string[]
  readonly failures: readonly ShownFailure[]
  readonly claims: readonly ClaimRow[]
  readonly services?: readonly Access[]
  readonly calls?: readonly Call[]
  readonly left?: string
}

/** Returns the explanation of a token as text. @internal */
export function textOfToken(token: ExplainedToken): string {
  const { accepted, issuer, hints, failures, claims, services, calls, left } = token
  const verdict = accepted
    ? `✓ The application accepts this token (issuer ${String(issuer)}).`
    : `✗ The application refuses this token: ${failures.map(({ code }) => code).join(', ')}.`
  return [
    verdict,
    ...hints.map((hint) => wrap(hint, '- ')),
    heading('Claims'),
    ...claims.map(claimLine),
    ...(failures.length ? [heading('What is wrong'), ...failures.map(failureText)] : []),
    ...(services ? [heading(ifAccepted('What the user may do', accepted))] : []),
    ...(services ?? []).flatMap((service) => accessLines(service, '')),
    ...(calls ? [heading('Who calls would go out as'), ...calls.map(callLine), ASKED] : []),
    ...(left && accepted ? [`(${left})`] : [])
  ].join('\n')
}

/** Returns the explanation of a text that is no token: it has no claims to show. @internal */
export function textOfMalformed(failure: ShownFailure, hints: readonly string[]): string {
  const verdict = `✗ This is no token that can be read: ${failure.code}.`
  const remarks = hints.map((hint) => wrap(hint, '- '))
  return [verdict, ...remarks, heading('What is wrong'), failureText(failure)].join('\n')
}

const ASKED =
  '(asked: the Destination service, and XSUAA for a token of the application; no other system was called)'

const ifAccepted = (title: string, accepted: boolean) =>
  accepted ? title : `${title}, with a token like this that is accepted`

const MARKS = { passed: '✓', failed: '✗', unknown: '?', none: ' ' } as const

function claimLine({ name, value, expected, verdict, code }: ClaimRow): string {
  const comparison = expected && verdict !== 'passed' ? ` (expected ${expected})` : ''
  const text = `${value}${comparison}${code ? ` ${code}` : ''}`
  return wrap(text, `${MARKS[verdict]} ${name.padEnd(11)}`)
}

function failureText({ code, cause, sent, expected, fix }: ShownFailure): string {
  const comparison = [sent && `sent ${sent}`, expected && `expected ${expected}`].filter(Boolean)
  const text = `${code}: ${cause}${comparison.length ? ` (${comparison.join(', ')})` : ''}`
  const next = fix ?? `npx cds-principal explain ${code}`
  return [wrap(text, '- '), wrap(next, '  → ', '    ')].join('\n')
}

function accessLines({ name, open, why, grants, parts }: Access, indent: string): string[] {
  const first = `${indent}${open ? '✓' : '✗'} ${name}: `
  const head = grants.length ? first.trimEnd() : `${first}${why}`
  const details = grants.map((grant) => wrap(grant, `${indent}    `))
  return [head, ...details, ...parts.flatMap((part) => accessLines(part, `${indent}  `))]
}

function callLine({ service, onBehalfOf, as, code, details }: Call): string {
  const mark = as === 'refused' ? '✗' : as === 'unknown' ? '?' : '✓'
  const who = as === 'refused' ? `refused, ${String(code)}` : as
  const policy = onBehalfOf ? `onBehalfOf ${onBehalfOf}; ` : ''
  return wrap(`${service}: ${who} (${policy}${details})`, `${mark} `)
}

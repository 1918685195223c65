import { refusalOf } from 'cds-principal'

import { cap } from './cap.js'

/** An error as CAP's services throw it. */
interface CapError {
  readonly message?: string
  readonly code?: string | number
  readonly status?: number
  readonly statusCode?: number
  readonly target?: string
  readonly args?: unknown[]
  readonly details?: CapError[]
  readonly sqlState?: unknown
  readonly $sanitize?: boolean
}

/** The facts about an error that a client gets. */
export interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly target?: string
  readonly details?: FailurePart[]
  /** Text on what would help, for errors of cds-principal. */
  readonly nextStep?: string
}

type FailurePart = Omit<Failure, 'status'>

/** Returns what a client gets to know about an error: the same as with OData, and the next step. */
export function failureOf(thrown: unknown): Failure {
  const error = Object(thrown) as CapError
  const refusal = refusalOf(thrown)
  const status = statusOf(error)
  if (isHidden(status, error)) return { status, ...partOf({ code: status }, status) }
  const { details = [] } = error
  return {
    status,
    ...partOf(error, status),
    ...(details.length && { details: details.map((each) => partOf(each, status)) }),
    ...(refusal && { code: refusal.code, nextStep: refusal.nextStep })
  }
}

/** CAP's texts have their codes for names: https://cap.cloud.sap/docs/node.js/cds-i18n */
function partOf({ code, message, target, args }: CapError, status: number): FailurePart {
  const own = [code, status].find((each) => each !== undefined && each !== '') ?? status
  const key = /^\{i18n>(.*)\}$/.exec(message ?? '')?.[1] ?? (message || String(own))
  const { messages, default_language: language } = cap.i18n
  const text = messages.at(key, cap.context.locale ?? language, args)
  const isOfStatus = String(own) === String(status)
  return {
    code: isOfStatus && text !== undefined ? key : String(own),
    message: text ?? (message || key),
    ...(target !== undefined && { target })
  }
}

/** Nothing is said about a 5xx in production, but by those who say that they may. */
function isHidden(status: number, { $sanitize }: CapError): boolean {
  return status >= 500 && $sanitize !== false && process.env.NODE_ENV === 'production'
}

/** Constraints of databases that CAP reports for what a client has sent. */
const OF_CONSTRAINTS = new Set([
  ...['ENTITY_ALREADY_EXISTS', 'FK_CONSTRAINT_VIOLATION', 'UNIQUE_CONSTRAINT_VIOLATION']
])

function statusOf({ status, statusCode, code, sqlState, details = [] }: CapError): number {
  const own = status ?? statusCode
  if (own) return own
  if (OF_CONSTRAINTS.has(String(code))) return 400
  const number = Number(code)
  if (!sqlState && number >= 400 && number < 600) return number
  const [first = 500, ...others] = new Set(details.map((each) => statusOf(each)))
  if (!others.length) return first
  return [first, ...others].some((each) => each >= 500) ? 500 : 400
}

import { ERROR_CODES, type ErrorCode, hopOf } from './error-codes.js'

export { ERROR_CODES, type ErrorCode } from './error-codes.js'

/** Texts for clients by HTTP status. They are constant, and say nothing about the application, its tenants, roles or users. */
const CLIENT_TEXT: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  409: 'Conflict',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout'
}

/** Facts about a failure beside its cause. They hold no token, no secret, and no claim of a user. */
export interface FailureFacts {
  /** Part of the way at which it failed. Default: the one for the code. */
  readonly hop?: string | undefined
  /** Value that came. */
  readonly sent?: string | undefined
  /** Value, or list of values, that would have been right. */
  readonly expected?: string | undefined
  /** Next step for the developer, as a sentence. */
  readonly fix?: string | undefined
  /** Name of the required service that is called. */
  readonly service?: string | undefined
  /** Name of the destination. */
  readonly destination?: string | undefined
  /** Kind of the current principal. */
  readonly principal?: 'named' | 'technical' | 'anonymous' | undefined
}

/** Explanation of a failure: its cause, and the facts about it. */
export interface Explanation extends FailureFacts {
  /** Part of the way at which it failed. */
  readonly hop: string
  /** Sentence that says what is wrong. */
  readonly cause: string
}

/**
 * Base of all errors of this package.
 *
 * `message` is written for the developer who reads the log: what is wrong, and the next step. It holds no token, secret
 * or claim of a user. Clients get {@link PrincipalError.clientMessage | clientMessage} instead.
 */
export class PrincipalError extends Error {
  /** Stable code, explained in `docs/errors.md`. */
  readonly code: ErrorCode
  /** HTTP status for the client. */
  readonly status: number
  /** Hop, cause and fix, one by one: for the log. Not enumerable, so that no client gets it. */
  declare readonly explanation: Explanation

  /**
   * @param cause - sentence that says what is wrong; `message` is this, what was sent and expected, and the fix
   */
  constructor(code: ErrorCode, cause: string, options: ErrorOptions & FailureFacts = {}) {
    const { cause: original, ...facts } = options
    super(messageOf(cause, facts), original === undefined ? undefined : { cause: original })
    this.name = new.target.name
    this.code = code
    this.status = ERROR_CODES[code]
    // a copy of an error has its properties, and no private names
    Object.defineProperty(this, 'explanation', {
      value: { ...defined(facts), hop: facts.hop ?? hopOf(code), cause }
    })
  }

  /** Constant text for clients, by status. */
  get clientMessage(): string {
    return CLIENT_TEXT[this.status] ?? 'Error'
  }
}

function messageOf(cause: string, { sent, expected, fix }: FailureFacts): string {
  const text = `${cause}${comparison(sent, expected)}`
  return fix === undefined ? text : `${text.replace(/\.$/, '')}. ${fix}`
}

/** Returns what was sent and what was expected, in parentheses; nothing if neither is known. @internal */
export function comparison(sent?: string, expected?: string): string {
  if (sent === undefined) return expected === undefined ? '' : ` (expected ${expected})`
  return expected === undefined ? ` (sent ${sent})` : ` (sent ${sent} ≠ expected ${expected})`
}

/**
 * Returns the one line about a failure: code, hop, cause with what was sent and expected, fix, and the command that says more.
 *
 * @internal
 */
export function lineOf({ code, explanation }: PrincipalError): string {
  const { hop, cause, sent, expected, fix } = explanation
  const text = withoutFullStop(`${cause}${comparison(sent, expected)}`)
  const next = `→ npx cds-principal explain ${code}`
  return [code, hop, text, fix && withoutFullStop(fix), next].filter(Boolean).join(' · ')
}

const withoutFullStop = (text: string) => text.replace(/\.$/, '')

/** Leaves out facts that are not known: they would count as known ones without a value. */
function defined(facts: FailureFacts): FailureFacts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined))
}

/** Wrong configuration: stops the start. `message` names the option. What Node or CAP print of it is one line. */
export class ConfigurationError extends PrincipalError {
  constructor(message: string, options?: ErrorOptions & FailureFacts) {
    super('ERR_CONFIGURATION', message, options)
    printAsLine(this)
  }
}

/** Lets Node and CAP print one line of an error that stops the start. @internal */
export function printAsLine(error: PrincipalError): void {
  // where in this package it was thrown helps nobody who reads it; DEBUG shows that
  if (!/\bprincipal\b/.test(process.env['DEBUG'] ?? '')) error.stack = lineOf(error)
}

/** The request as such is wrong: 400, or 401 where another scheme would do (RFC 6750, section 3.1). */
export class RequestError extends PrincipalError {}

/** The token of the request is not accepted: 401 `invalid_token`, or 503 while its issuer can't be asked. */
export class TokenError extends PrincipalError {
  /** Name of the issuer in the configuration, when it was one of them that judged. */
  issuer?: string
  /** Seconds after which it is worth another try, for `ERR_ISSUER_UNAVAILABLE`. */
  retryAfter?: number
}

/** No destination can be used for this call. */
export class DestinationError extends PrincipalError {}

/** The current identity may not be sent to the remote service: refused before any connection to it is opened. */
export class PropagationError extends PrincipalError {
  /** CAP's queue reads it: a message's identity never changes, so another attempt would be refused, too. */
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- a field would be sent to clients
  get unrecoverable(): true {
    return true
  }
}

/** Codes of queued work that keeps its author. */
export type DelegationCode = Extract<
  ErrorCode,
  | 'ERR_DELEGATION_REFUSED'
  | 'ERR_DELEGATION_INVALID'
  | 'ERR_DELEGATION_ENDED'
  | 'ERR_DELEGATION_OUTCOME'
  | 'ERR_DELEGATION_TAKEN'
  | 'ERR_DELEGATION_KEYS'
  | 'ERR_DELEGATION_TOKEN'
>

/** Codes after which there is another attempt: there can be a token or keys then, or another process has the work. */
const NOT_THE_END: readonly string[] = [
  'ERR_DELEGATION_TOKEN',
  'ERR_DELEGATION_KEYS',
  'ERR_DELEGATION_TAKEN'
]

/** Queued work does not run as its author: the delegation is refused or has ended, or there is no token for it. */
export class DelegationError extends PrincipalError {
  /** CAP's queue reads it: the message becomes a dead letter at once. */
  get unrecoverable(): boolean {
    return !NOT_THE_END.includes(this.code)
  }
}

/** Answer of a remote system in the form of CAP and axios, with those headers that can stand in a log. */
export interface RemoteResponse {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly data?: unknown
  readonly body?: unknown
}

/** A call that failed on its way, or at the door of the remote system. `message` names the hop, the cause and the fix. */
export class RemoteError extends PrincipalError {
  /** CAP's description of the failed call, with `response.status` and `response.body`. */
  declare readonly reason?: unknown
  /** The answer, where there was one. */
  declare readonly response?: RemoteResponse
  /** 502 for a call that was made, as on CAP's own error for it; clients get {@link PrincipalError.status | status}. */
  declare readonly statusCode?: number

  /** @param details - `reason`, `response` and `statusCode` are not enumerable: they are for code that catches the error, not for its client */
  constructor(
    code: ErrorCode,
    message: string,
    {
      reason,
      response,
      statusCode,
      ...options
    }: ErrorOptions &
      FailureFacts & { reason?: unknown; response?: RemoteResponse; statusCode?: number } = {}
  ) {
    super(code, message, options)
    const known = Object.entries({ reason, response, statusCode }).filter(
      ([, value]) => value !== undefined
    )
    for (const [name, value] of known) {
      Object.defineProperty(this, name, { value, configurable: true, writable: true })
    }
  }
}

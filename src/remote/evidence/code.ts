import { PrincipalError } from '../../errors.js'

/** Neither we nor Node have a word for it. */
const UNKNOWN = 'UNKNOWN'

interface Failure {
  readonly code?: unknown
  readonly reason?: unknown
  readonly response?: { readonly status?: unknown }
  readonly cause?: unknown
}

/**
 * What a failure was, as a code of {@link ERROR_CODES} or Node's, or the status of the other side (`HTTP_403`); none of its
 * words, which may hold anything. CAP wraps what a remote service has answered; libraries wrap what Node says, in words of
 * their own.
 *
 * @internal
 */
export function codeOf(error: unknown): string {
  const failures = chainOf(error)
  const own = failures.find((each) => each instanceof PrincipalError)
  const statuses = failures.map(({ response }) => response?.status)
  const status = statuses.find((each) => typeof each === 'number')
  if (own ?? status === undefined) {
    const codes = (own ? [own] : failures).map(({ code }) => code)
    return codes.map(String).find((code) => /^(E[A-Z0-9_]{2,40}|HTTP_\d{3})$/.test(code)) ?? UNKNOWN
  }
  return `HTTP_${String(status)}`
}

/** The error and what is inside of it. */
function chainOf(error: unknown, length = 0): Failure[] {
  if (typeof error !== 'object' || !error || length > 5) return []
  const failure: Failure = error
  return [failure, ...chainOf(failure.reason ?? failure.cause, length + 1)]
}

/** What can be said of any error in a log (R80, R81): its class and code, and nothing that it says itself. @internal */
export function kindOf(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error
  const code = codeOf(error)
  return [/^\w{1,60}$/.test(name) ? name : 'Error', ...(code === UNKNOWN ? [] : [code])].join(', ')
}

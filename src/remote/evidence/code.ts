import { PrincipalError } from '../../errors.js'

/** Code of a failure that has none. */
const UNKNOWN = 'UNKNOWN'

interface Failure {
  readonly code?: unknown
  readonly reason?: unknown
  readonly response?: { readonly status?: unknown }
  readonly cause?: unknown
}

/**
 * Returns the code of a failure: one of {@link ERROR_CODES}, of Node, or the status of the remote
 * system (`HTTP_403`). Its message is not used, as it may hold secrets. CAP and libraries wrap the
 * original error, so causes are searched as well.
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

/** Returns an error and the errors inside it. */
function chainOf(error: unknown, length = 0): Failure[] {
  if (typeof error !== 'object' || !error || length > 5) return []
  const failure: Failure = error
  return [failure, ...chainOf(failure.reason ?? failure.cause, length + 1)]
}

/**
 * Describes an error for a log by its class and code. Its message is left out, as it may hold
 * secrets.
 *
 * @internal
 */
export function kindOf(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error
  const code = codeOf(error)
  return [/^\w{1,60}$/.test(name) ? name : 'Error', ...(code === UNKNOWN ? [] : [code])].join(', ')
}

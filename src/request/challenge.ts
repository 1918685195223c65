import type { PrincipalError } from '../errors.js'

/** Which schemes a 401 offers, in this order. */
export interface ChallengeOptions {
  /** Offer Basic behind Bearer, for browsers and `curl -u` at the emulator. */
  basic?: boolean
}

/**
 * The values of `WWW-Authenticate` for a refused request: constant text only.
 *
 * No `error` when the request had no credentials, or none that are read here (RFC 6750, section 3.1), `invalid_request`
 * for a malformed one, `invalid_token` otherwise.
 *
 * @param error - why, or nothing when there were no credentials
 * @returns one string a header line
 * @internal
 */
export function challengesFor(error?: PrincipalError, { basic }: ChallengeOptions = {}): string[] {
  const code = error && bearerError(error)
  const bearer = code ? `Bearer error="${code}"` : 'Bearer'
  return basic ? [bearer, 'Basic realm="Users", charset="UTF-8"'] : [bearer]
}

const WITHOUT_ERROR: ReadonlySet<string> = new Set([
  'ERR_SCHEME_UNSUPPORTED',
  'ERR_CREDENTIALS_MISSING',
  'ERR_CREDENTIALS_REFUSED'
])

function bearerError({ status, code }: PrincipalError): string | undefined {
  if (WITHOUT_ERROR.has(code)) return undefined
  return status === 400 ? 'invalid_request' : 'invalid_token'
}

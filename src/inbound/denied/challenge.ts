import type { PrincipalError } from '../../errors.js'

/** Schemes that a 401 offers, in this order. */
export interface ChallengeOptions {
  /** Offer Basic behind Bearer, for browsers and `curl -u` at the emulator. */
  basic?: boolean
  /** URL of the metadata of the endpoint. */
  resourceMetadata?: string | undefined
}

/**
 * The values of `WWW-Authenticate` for a refused request: constant text only.
 *
 * No `error` when the request had no credentials, or none that are read here (RFC 6750, section 3.1), `invalid_request`
 * for a malformed one, `invalid_token` otherwise. A 401 names the metadata of the endpoint, where a client learns where its user
 * logs on (RFC 9728, section 5.1).
 *
 * @param error - why, or nothing when there were no credentials
 * @returns one string a header line
 * @internal
 */
export function challengesFor(
  error?: PrincipalError,
  { basic, resourceMetadata }: ChallengeOptions = {}
): string[] {
  const code = error && bearerError(error)
  const bearer = bearerChallenge(code, error?.status === 400 ? undefined : resourceMetadata)
  return basic ? [bearer, 'Basic realm="Users", charset="UTF-8"'] : [bearer]
}

/** Returns the value of `WWW-Authenticate` for a 403. @internal */
export function insufficientScope({ resourceMetadata }: ChallengeOptions): string {
  return bearerChallenge('insufficient_scope', resourceMetadata)
}

function bearerChallenge(error: string | undefined, metadata: string | undefined): string {
  const parameters = [
    ...(error ? [`error="${error}"`] : []),
    ...(metadata ? [`resource_metadata="${metadata}"`] : [])
  ]
  return ['Bearer', parameters.join(', ')].filter(Boolean).join(' ')
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

/** Codes of refusals that another log-on can change: of somebody with the roles, or of a user in place of a client. */
const OTHER_LOG_ON: ReadonlySet<string> = new Set([
  'ERR_ROLE_MISSING',
  'ERR_GRANT_MISSING',
  'ERR_USER_TOKEN_REQUIRED'
])

/**
 * True for a 403 that may be over after another log-on: clients start one, and must not do it in vain.
 *
 * @param failure - that was logged for the response; code of the application refuses without one
 * @internal
 */
export function canLogOnHelp(failure: PrincipalError | undefined): boolean {
  return failure !== undefined && OTHER_LOG_ON.has(failure.code)
}

import { DestinationError, PrincipalError, PropagationError } from '../../errors.js'
import { cleanCause } from '../../lib/redact.js'

/** Messages of the Cloud SDK for a destination that needs the token of a user and got none. */
const NO_USER_TOKEN = /^No user token \(JWT\) has been provided|no JWT found on the current request/

/**
 * Converts an error of a library or a fetch to one of this package; errors of this package stay as
 * they are. The cause keeps messages only, without tokens.
 *
 * @internal
 */
export function destinationFailure(name: string, error: unknown): PrincipalError {
  if (error instanceof PrincipalError) return error
  const cause = cleanCause(error)
  if (cause.messages.some((message) => NO_USER_TOKEN.test(message))) {
    return new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `destination "${name}" propagates the user, and the current identity is no named user`,
      { cause }
    )
  }
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${name}" could not be resolved: check the bindings of the Destination and Connectivity service, ` +
      'and that they answer; the cause says which call failed',
    { cause }
  )
}

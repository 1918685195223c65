import {
  DestinationError,
  type FailureFacts,
  PrincipalError,
  PropagationError
} from '../../errors.js'
import { answerOf, type CleanCause, cleanCause } from '../../lib/redact.js'
import { DestinationServiceError } from '../look-up/look-up.js'
import { ServiceTokenError } from '../tokens/service.js'

/** Messages of the Cloud SDK for a destination that needs the token of a user and got none. */
const NO_USER_TOKEN = /^No user token \(JWT\) has been provided|no JWT found on the current request/

/** Names of bound services for messages, by label. */
const SERVICES: Readonly<Record<string, string>> = {
  destination: 'Destination service',
  connectivity: 'Connectivity service',
  xsuaa: 'XSUAA',
  uaa: 'XSUAA of the bound service'
}

/**
 * Converts an error of a library or a fetch to one of this package; errors of this package stay as
 * they are. The text says which call failed; the cause keeps messages only, without tokens.
 *
 * @internal
 */
export function destinationFailure(name: string, error: unknown): PrincipalError {
  if (error instanceof PrincipalError) return error
  const cause = cleanCause(error instanceof ServiceTokenError ? error.cause : error)
  if (cause.messages.some((message) => NO_USER_TOKEN.test(message))) {
    return new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `destination "${name}" propagates the user, and the current identity is no named user`,
      { cause, destination: name }
    )
  }
  const { reason, ...facts } = failedCall(error, cause)
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${name}" could not be resolved: ${reason}`,
    { cause, destination: name, ...facts }
  )
}

/** Returns which call failed, and what to look at. */
function failedCall(error: unknown, cause: CleanCause): FailureFacts & { readonly reason: string } {
  if (error instanceof ServiceTokenError) return tokenFailure(error.label, cause)
  if (error instanceof DestinationServiceError) return lookUpFailure(error)
  return {
    reason: `a call failed (${answerOf(cause)})`,
    fix: 'Check the bindings of the Destination and Connectivity service, and that they answer.'
  }
}

/**
 * Describes that a token service gave no token for a bound service.
 *
 * @param label - of the bound service
 */
function tokenFailure(label: string, cause: CleanCause) {
  const service = (Object.hasOwn(SERVICES, label) && SERVICES[label]) || label
  const answer = answerOf(cause)
  const isRefused = /^4\d\d/.test(answer)
  return {
    hop: `token service of the ${service}`,
    reason: `the token service in the binding of the ${service} gave no token (${answer})`,
    fix: isRefused
      ? `Check "clientid" and "clientsecret" (or the certificate) in the binding of the ${service}: bind it again, or create a new service key. For a subscriber, the service has to be among the dependencies of the application.`
      : `Check that the token service ("url" in the binding of the ${service}) can be reached, and its certificate is trusted.`
  }
}

function lookUpFailure({ call, status, reason, message }: DestinationServiceError) {
  const isRefused = status === 401 || status === 403
  const said = message.replace('Destination service: ', '')
  return {
    hop: 'Destination service',
    reason:
      reason === 'status' && isRefused
        ? `the Destination service refused the application (${call}: ${said}${status === 401 ? ', also with a new token' : ''})`
        : `the Destination service did not answer as it should (${call}: ${said})`,
    fix: isRefused
      ? 'Check that the binding is of this instance of the Destination service, and was not deleted: bind it again.'
      : 'Check that "uri" in the binding of the Destination service can be reached; where it answers with 5xx, try again later.'
  }
}

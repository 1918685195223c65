import { ConfigurationError, PrincipalError, RemoteError } from '../../errors.js'
import type { AgentCall } from './agent-call.js'

/** Code of an answer that did not come in time, in version 1 of the SDK of MCP; servers use it for other errors. */
const TIMEOUT = -32001

/** The same in version 2. */
const TIMEOUT_2 = 'REQUEST_TIMEOUT'

/** Error of an SDK; a number is a code of JSON-RPC or HTTP. */
interface SdkError {
  readonly code?: unknown
  readonly data?: { readonly timeout?: unknown }
}

function isTimeout({ code, data }: SdkError): boolean {
  return code === TIMEOUT_2 || (code === TIMEOUT && typeof data?.timeout === 'number')
}

/** True if the agent has answered a message with an error of JSON-RPC: the session goes on. @internal */
export function isAnswer(error: unknown): boolean {
  const own = Object(error) as SdkError
  return typeof own.code === 'number' && own.code < -1 && !isTimeout(own)
}

/**
 * Returns the error for a failed call. Errors of this package stay what they are, also where a library has wrapped them.
 *
 * @param event - that was sent
 * @internal
 */
export function agentFailure(
  service: string,
  event: string,
  error: unknown,
  call: AgentCall
): PrincipalError {
  if (error instanceof PrincipalError) return error
  if (call.failure) return call.failure
  const own = Object(error) as SdkError
  const details = { service, reason: error, statusCode: 502 }
  if (isTimeout(own)) {
    return new RemoteError('ERR_REMOTE_TIMEOUT', `"${service}" has not answered ${event} in time`, {
      ...details,
      fix: 'It may have had its effect: look at the system. "requestTimeout" of the required service is the time in milliseconds.'
    })
  }
  const known = typeof own.code === 'number' ? ` (${own.code})` : ''
  return new RemoteError(
    'ERR_REMOTE_ANSWER',
    `"${service}" has answered ${event} with an error${known}`,
    {
      ...details,
      fix: 'Compare the call with what the service offers. Its own words are in error.reason.'
    }
  )
}

/** Creates the error for an event that is no method of the protocol. @internal */
export function unknownMethod(
  service: string,
  event: string,
  known: readonly string[]
): ConfigurationError {
  return new ConfigurationError(
    `"${service}" has no method "${event}": use one of ${known.join(', ')}`
  )
}

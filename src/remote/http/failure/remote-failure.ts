import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { RemoteError } from '../../../errors.js'
import { type HttpAnswer, isCsrfRefusal, TransportError } from '../message/http-call.js'
import { answerRules, type FailedAnswer } from './answer-rules.js'
import { CONNECTION_RULES } from './connection-rules.js'
import type { HttpFailure, Outcome } from './http-failure.js'
import { diagnose, type FailedCall } from './rule.js'

/** Facts about a call that only its sender knows. */
export interface SentCall extends Omit<FailedCall, 'proxied'> {
  readonly destination: HttpDestination
}

/**
 * Returns the error for a failure on the way to a system, or at its door: it names the hop, the cause and the fix. `undefined`
 * for what the system says to the request itself (400, 404, 409, …): CAP handles that.
 *
 * @param failure - becomes cause and reason of the error
 * @internal
 */
export function remoteFailure(
  outcome: Outcome,
  { destination, ...sent }: SentCall,
  failure: HttpFailure
): RemoteError | undefined {
  const call = { ...sent, proxied: destination.proxyType === 'OnPremise' }
  const diagnosis =
    outcome instanceof TransportError
      ? diagnose(CONNECTION_RULES, { ...call, error: outcome.code })
      : diagnoseAnswer(outcome, call)
  if (!diagnosis) return undefined
  const { code, hop, cause, fix } = diagnosis
  const text = `the call to destination "${String(destination.name)}" failed: ${cause}`
  const { response } = failure
  return new RemoteError(code, text, {
    hop,
    fix,
    destination: destination.name ?? undefined,
    principal: sent.userBound ? 'named' : 'technical',
    cause: failure,
    reason: failure,
    statusCode: 502,
    ...(response && { response })
  })
}

function diagnoseAnswer(answer: HttpAnswer, call: FailedCall) {
  const { status, headers, data } = answer
  const { location } = headers
  const error = errorIn(data)
  const facts: FailedAnswer = {
    ...call,
    status,
    contentType: String(headers['content-type']),
    location: typeof location === 'string' ? location : undefined,
    isCsrfRefusal: isCsrfRefusal(answer),
    text: typeof data === 'string' ? data : '',
    errorCode: printableCode(error?.code)
  }
  return diagnose(answerRules(facts, error !== undefined), facts)
}

/** Returns the error of an answer in the format of OData. */
function errorIn(data: unknown): { code?: unknown } | undefined {
  const { error } = (data ?? {}) as { error?: { code?: unknown; message?: unknown } | null }
  return typeof error === 'object' && error?.message !== undefined ? error : undefined
}

function printableCode(code: unknown): string | undefined {
  return typeof code === 'string' && /^[\w/.-]{1,60}$/.test(code) ? code : undefined
}

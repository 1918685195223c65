import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { RemoteError } from '../../../errors.js'
import { type HttpAnswer, type HttpCall, TransportError } from '../message/http-call.js'
import { answerRules } from './answer-rules.js'
import { CONNECTION_RULES } from './connection-rules.js'
import { printable } from '../../../lib/redact.js'
import { failedAnswer, pathForMessage } from './failed-answer.js'
import type { HttpFailure, Outcome } from './http-failure.js'
import { diagnose, type FailedCall } from './rule.js'

/** Header that names a technical user to the Cloud Connector. */
const TECHNICAL_USER = 'sap-connectivity-technical-authentication'

/** Facts about a call that only its sender knows. */
export interface SentCall extends Pick<FailedCall, 'userBound' | 'isRepeated' | 'withCsrf'> {
  readonly destination: HttpDestination
  /** The last request; `undefined` if there was none. */
  readonly call?: HttpCall | undefined
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
  sent: SentCall,
  failure: HttpFailure
): RemoteError | undefined {
  const call = failedCall(sent)
  const diagnosis =
    outcome instanceof TransportError
      ? diagnose(CONNECTION_RULES, { ...call, error: outcome.code })
      : diagnoseAnswer(outcome, call, failure)
  if (!diagnosis) return undefined
  const { code, cause, ...facts } = diagnosis
  const { name } = sent.destination
  const target = name ? `destination "${name}"` : (call.host ?? 'a URL')
  const text = `the call to ${target} failed: ${cause}`
  const { response } = failure
  return new RemoteError(code, text, {
    ...facts,
    destination: name ?? undefined,
    principal: sent.userBound ? 'named' : 'technical',
    cause: failure,
    reason: failure,
    statusCode: 502,
    ...(response && { response })
  })
}

function failedCall({ destination, call, ...sent }: SentCall): FailedCall {
  const { proxyType, authentication, cloudConnectorLocationId, sapClient } = destination
  const client = call?.url.searchParams.get('sap-client') ?? call?.headers['sap-client']
  return {
    ...sent,
    destination: destination.name ?? undefined,
    proxied: proxyType === 'OnPremise',
    host: call && printable(call.url.host),
    path: pathForMessage(call?.url.pathname),
    sapClient: client ?? sapClient ?? undefined,
    locationId: cloudConnectorLocationId ?? undefined,
    authentication: call?.headers[TECHNICAL_USER]
      ? 'OAuth2TechnicalUserPropagation'
      : authentication
  }
}

/** The answer is read as the failure shows it, so that messages repeat no credentials. */
function diagnoseAnswer(outcome: HttpAnswer, call: FailedCall, { response }: HttpFailure) {
  const answer = (response ? { ...outcome, ...response } : outcome) as HttpAnswer
  const error = errorIn(answer.data)
  const facts = failedAnswer(answer, call, error?.code, outcome.headers['set-cookie'])
  return diagnose(answerRules(facts, error !== undefined), facts)
}

/** Returns the error of an answer in the format of OData. @internal */
export function errorIn(data: unknown): { code?: unknown } | undefined {
  const { error } = (data ?? {}) as { error?: { code?: unknown; message?: unknown } | null }
  return typeof error === 'object' && error?.message !== undefined ? error : undefined
}

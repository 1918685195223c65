import cds from '@sap/cds'

import { AuthorCall } from '../../delegation/author-call.js'
import { invalid } from '../../delegation/record.js'
import { attemptOf, beginAttempt } from '../../delegation/running.js'
import { delegationOf } from '../../delegation/targets.js'
import { PrincipalError, RemoteError } from '../../errors.js'
import { principalOf } from '../../user/principal-of.js'
import { isQueued } from './tenant.js'

/**
 * Returns the call of a remote service as the author of the queued work that is running; `undefined` if there is none, and the current user
 * decides.
 *
 * @param service - name of the remote service
 * @param req - request, or message of the queue, whose attempt begins
 * @throws {@link DelegationError} if the record of the message was refused, or there is none
 * @internal
 */
export function authorCall(service: string, req: cds.Request): AuthorCall | undefined {
  const { user } = cds.context ?? {}
  beginAttempt(req, user)
  const target = delegationOf(service)
  if (!target) return undefined
  const attempt = attemptOf(user)
  if (attempt) return new AuthorCall(attempt, target)
  if (isQueued(req) && principalOf(user).kind !== 'named') throw invalid(service, 'there is none')
  return undefined
}

/** True for a request that changes nothing in the remote system. @internal */
export function isRead({ event, method }: cds.Request): boolean {
  return event === 'READ' || /^(GET|HEAD)$/i.test(method || event)
}

/** Codes of failures after which a request may have had an effect: its answer is missing. */
const WITHOUT_ANSWER: readonly string[] = ['ERR_REMOTE_TIMEOUT', 'ERR_REMOTE_CONNECTION_LOST']

/** Answers of what stands between: the system may have executed the request. */
const BY_OTHERS: readonly number[] = [408, 502, 504]

/** Redirects that ask to send the request elsewhere: it was not executed. */
const ELSEWHERE: readonly number[] = [307, 308]

/** A page and a redirect can be the answer to a request that was executed. */
const isUnclear = (status: number) =>
  BY_OTHERS.includes(status) || (status < 400 && !ELSEWHERE.includes(status))

/**
 * True if a failed call may have had an effect. Everything that is not known to have none may have.
 *
 * @param error - as the caller gets it
 * @internal
 */
export function mayHaveHappened(error: unknown): boolean {
  const { response, reason } = error as { response?: Answer; reason?: { response?: Answer } }
  const status = (response ?? reason?.response)?.status
  if (typeof status === 'number') return isUnclear(status)
  if (error instanceof RemoteError) return WITHOUT_ANSWER.includes(error.code)
  return !(error instanceof PrincipalError)
}

interface Answer {
  readonly status?: unknown
}

import type { OnBehalfOf } from '../policy/options.js'
import type { CallDelegation } from './delegation.js'

/**
 * Outcome of a call: `refused` before anything was sent; `failed` on the way, or in the remote system; `resolved` if the destination was
 * returned to code that sends the request itself; `queued` if a delegation was issued for work that is done later.
 */
export type CallOutcome = 'ok' | 'refused' | 'failed' | 'resolved' | 'queued'

/** One outbound call, as the event `principal.call` describes it. It has no token and no secret. */
export interface PrincipalCall {
  /** Name of the required service; `undefined` for calls of {@link executeHttpRequest} and {@link destinationFor}. */
  readonly service: string | undefined
  /** Name of the destination, if it was known. */
  readonly destination: string | undefined
  /** Value of `Authentication` of the destination. */
  readonly authentication: string | undefined
  readonly onBehalfOf: OnBehalfOf | undefined
  /** Id of the current user, also if the call went out as another principal. */
  readonly user: string | undefined
  /** Client through which the user came, or the technical user's own: `azp`, in older tokens `cid`. */
  readonly client: string | undefined
  /** Actor that the token of the user names (`act`, RFC 8693). */
  readonly actor: string | undefined
  /** Tenant of the context. */
  readonly tenant: string | undefined
  /**
   * Kind of principal that the call went out as; for a refused call, the kind of the current
   * principal.
   */
  readonly principal: 'named' | 'technical' | 'anonymous'
  readonly outcome: CallOutcome
  /**
   * Code of the error: one of {@link ERROR_CODES}, of Node (`ECONNRESET`), or the remote status
   * (`HTTP_403`).
   */
  readonly code: string | undefined
  /** Duration in milliseconds. */
  readonly duration: number
  /** Correlation id, as in the log. */
  readonly correlationId: string | undefined
  /** Kind of work that the call is part of, as far as it can be told. */
  readonly context: CallContextKind
  /** Delegation that was issued or used for the call; `undefined` for calls of the current user. */
  readonly delegation: CallDelegation | undefined
}

/**
 * Kind of work that a call is part of: an HTTP request that is being answered, one of the Job
 * Scheduling service, a message of a queue, or other work in the background (`cds.spawn`, a timer,
 * or an event after the answer).
 */
export type CallContextKind = 'request' | 'job' | 'queue' | 'spawn'

import cds from '@sap/cds'

import { cap } from '../../cap.js'
import type { Attempt } from '../../delegation/attempt.js'
import type { DelegationRecord } from '../../delegation/record.js'
import { DestinationError, PrincipalError } from '../../errors.js'
import { isSpawned } from '../../lib/lifecycle/spawned-work.js'
import { logCall, logFailure, logWarning } from '../../lib/log.js'
import { printable } from '../../lib/redact.js'
import { notifyListeners } from '../../lib/notify.js'
import { noteCall } from '../../lib/telemetry/health.js'
import { countCall } from '../../lib/telemetry/metrics.js'
import { principalOf } from '../../user/principal-of.js'
import { codeOf, kindOf } from './code.js'
import { auditCall } from './audit.js'
import { type CallDelegation, delegationFacts } from './delegation.js'
import { markSpan } from './span.js'
import type { OutboundDestination } from '../policy/caller.js'
import type { CallOutcome, PrincipalCall, CallContextKind } from './principal-call.js'

export type { CallDelegation } from './delegation.js'

/** Name of the event on `cds`. */
const EVENT = 'principal.call'

/** Facts that are known when a call begins. */
type Subject = Pick<PrincipalCall, 'service' | 'destination' | 'onBehalfOf'>

/** Client and actor through which a principal came. */
interface Through {
  readonly client?: string | undefined
  readonly actor?: string | undefined
}

/** Kinds of work that only the caller knows of. */
type KnownContext = Extract<CallContextKind, 'queue'>

/**
 * Subscribes to every outbound call of the process; the same as
 * `cds.on('principal.call', listener)`.
 *
 * A listener runs when the call is over, in its context, and cannot change its outcome: errors of
 * listeners are logged. Work that takes time, or writes to a database, belongs in `cds.spawn`.
 *
 * @example
 * ```ts
 * onPrincipalCall(({ service, outcome }) => counters.add(service, outcome))
 * ```
 * @returns a function that ends the subscription
 */
export function onPrincipalCall(listener: (call: PrincipalCall) => void): () => void {
  cap.on(EVENT, listener)
  return () => {
    cap.off(EVENT, listener)
  }
}

/**
 * Collects the facts about a call while it is made, and publishes them once, when it is over.
 *
 * @internal
 */
export class CallEvidence {
  readonly #subject: Subject
  readonly #start = performance.now()
  readonly #context = cds.context
  readonly #kind: CallContextKind
  #outbound: OutboundDestination | undefined
  #delegation: CallDelegation | undefined
  #through: Through | undefined
  #sent = false

  constructor(subject: Subject, context?: KnownContext) {
    this.#subject = subject
    this.#kind = context ?? contextKind()
  }

  /** Records the destination. */
  found(outbound: OutboundDestination): void {
    this.#outbound = outbound
  }

  /** Records the delegation by which the call is the author's. */
  delegated({ record, number }: Pick<Attempt, 'record' | 'number'>): void {
    this.#through = record.author
    this.#delegation = delegationFacts(record, number)
  }

  /** Publishes that a delegation was issued. */
  issued(record: DelegationRecord): void {
    this.#delegation = delegationFacts(record, 0)
    this.#tell('queued')
  }

  /** Records that a request is sent. */
  sent(): void {
    this.#sent = true
  }

  /** Logs and publishes that nothing is sent, by a decision or because of a failure. */
  refused(error: unknown): void {
    this.#log(error)
    this.#tell(isRefusal(error) ? 'refused' : 'failed', error)
  }

  /**
   * Publishes a success. Handlers that answer by themselves, or by calls of other services, have
   * sent nothing: then nothing is published.
   */
  done(): void {
    if (this.#sent) this.#tell('ok')
  }

  /**
   * Logs and publishes a failure.
   *
   * @param explanation - what is logged in place of the error
   */
  failed(error: unknown, explanation = error): void {
    this.#log(explanation)
    if (this.#sent) this.#tell('failed', error)
  }

  resolved(): void {
    this.#tell('resolved')
  }

  /** Logs an error of this package, as the caller may handle it. */
  #log(error: unknown): void {
    if (!(error instanceof PrincipalError)) return
    const { service, destination } = this.#subject
    const principal = principalOf(this.#context?.user).kind
    const name = this.#outbound?.destination.name ?? destination
    logFailure(error, { service, destination: name, principal })
  }

  #tell(outcome: CallOutcome, error?: unknown): void {
    const user = this.#context?.user as { id?: string } | undefined
    const { destination, userBound } = this.#outbound ?? {}
    const id: unknown = this.#context?.id
    const principal = principalOf(user)
    const current = principal.kind
    const own = principal.kind === 'anonymous' ? undefined : principal
    const { client, actor }: Through = this.#through ?? own ?? {}
    const sentAs =
      outcome === 'refused' || outcome === 'queued' || userBound === undefined
        ? undefined
        : userBound
    publish({
      ...this.#subject,
      destination: destination?.name ?? this.#subject.destination,
      authentication: destination?.forwardAuthToken
        ? 'forwardAuthToken'
        : destination?.authentication,
      user: user?.id,
      client: client === undefined ? undefined : printable(client),
      actor: actor === undefined ? undefined : printable(actor),
      tenant: this.#context?.tenant,
      principal: sentAs === undefined ? current : sentAs ? 'named' : 'technical',
      outcome,
      code: error === undefined ? undefined : codeOf(error),
      duration: Math.round((performance.now() - this.#start) * 10) / 10,
      correlationId: id === undefined ? undefined : printable(id),
      context: this.#kind,
      delegation: this.#delegation
    })
  }
}

/** Work in the background inherits the request that it began in, which is answered sooner or later. */
function contextKind(): CallContextKind {
  const { http } = cap.context ?? {}
  if (!http || http.res?.writableEnded || isSpawned()) return 'spawn'
  return http.req.headers['x-sap-job-id'] === undefined ? 'request' : 'job'
}

/** True if an error is a decision of this package, and no failure of a service that was asked. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof PrincipalError)) return false
  return !(error instanceof DestinationError) || error.status === 500
}

/**
 * Publishes a call. Errors of those who receive it are logged, and do not affect the call itself.
 */
function publish(call: PrincipalCall): void {
  Object.freeze(call)
  for (const tell of [logCall, tellListeners, countCall, noteCall, markSpan, auditCall]) {
    try {
      tell(call)
    } catch (error) {
      warn(error)
    }
  }
}

function tellListeners(call: PrincipalCall): void {
  notifyListeners(EVENT, call, warn)
}

function warn(error: unknown): void {
  logWarning(
    `what was done about a "${EVENT}" event failed (${kindOf(error)}); the call itself is not affected`
  )
}

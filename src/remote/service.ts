import cds from '@sap/cds'
import type { HttpMiddleware } from '@sap-cloud-sdk/http-client'

import { cap } from '../cap.js'
import { decidesCalls } from '../lib/adoption.js'
import { PrincipalError } from '../errors.js'
import { logRefusal } from '../lib/log.js'
import { principalOf } from '../user/principal.js'
import { CallEvidence } from './evidence/call.js'
import { checkCloudSdk } from './start-checks.js'
import { contextOfMessage } from './queue/tenant.js'
import { type Headers, withoutInboundCredentials } from '../lib/inbound-credential.js'
import { outboundDestination, type ReadyDestination } from './outbound.js'
import { checkNotQueued, queuedCallRefusal } from './queue/refusal.js'
import { senderOf } from './queue/tenant.js'
import { callPolicy, carriesUser, type OnBehalfOf } from './policy/options.js'
import { outboundService, subjectOf, titleOf } from './policy/service-target.js'
import { callMiddlewares, type Outbound, translationOf, visibleDestination } from './http/send.js'

const Stock = cap.RemoteService

/** On the object that a guarded call runs on: for whom it was decided, until when that holds, and from what. */
const GUARD = Symbol('guard')

/** Handlers of an application get such an object as `this`, and may use it again, later, or as somebody else. */
interface Guard {
  readonly user: unknown
  readonly tenant: string | undefined
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly userBound: boolean
  readonly origin: PrincipalRemoteService
  /** The call has ended: what is sent with the object from now on is a call of its own. */
  over: boolean
}

/**
 * Remote services of all kinds (`odata`, `odata-v2`, `odata-v4`, `rest`, `hcql`): before a request leaves, it is decided
 * as whom. Selected through `cds.requires.kinds.<kind>.impl`; nobody needs to name it. Without `"auth": "principal"` and without
 * `onBehalfOf`, it is CAP's own remote service that is made.
 *
 * A call continues on an object of its own that inherits from the service, so parallel calls of several users do not
 * meet. The queue calls `handle` as well, so background work passes the same gate.
 *
 * @see https://cap.cloud.sap/docs/node.js/remote-services
 */
export class PrincipalRemoteService extends Stock {
  /** `cds.requires.<service>.onBehalfOf`; without it the destination decides. */
  declare readonly onBehalfOf: OnBehalfOf | undefined
  /** `cds.requires.<service>.minTokenLifetime`, in seconds. */
  declare readonly minTokenLifetime: number
  declare readonly [GUARD]?: Guard

  /** Makes CAP's own service where nobody has asked for another: neither `auth` nor `onBehalfOf` of this service. */
  constructor(...parameters: never[]) {
    const [, , options] = parameters
    if (new.target === PrincipalRemoteService && !decidesCalls(options)) {
      return new Stock(...parameters) as never
    }
    super(...parameters)
  }

  /** @throws {@link ConfigurationError} when `onBehalfOf` or `minTokenLifetime` is unknown or can't work */
  override async init(): Promise<void> {
    const title = titleOf(this, this.options)
    checkNotQueued(title, this.options)
    const { onBehalfOf, minTokenLifetime } = callPolicy(title, this.options)
    if (carriesUser(onBehalfOf)) checkCloudSdk(`cds.requires.${title}.onBehalfOf`)
    Object.defineProperties(this, {
      onBehalfOf: { value: onBehalfOf },
      minTokenLifetime: { value: minTokenLifetime }
    })
    return super.init()
  }

  /**
   * What `cds.queued` makes of a service inherits from it, and calls this before it puts anything into the queue. The queue in
   * memory may call it on another service than the one for which something was queued: it is sent by the right one.
   *
   * @throws {@link PropagationError} `ERR_QUEUED_NAMED_USER`
   */
  override async dispatch(req: cds.Request): Promise<unknown> {
    const refusal = this.onBehalfOf === 'namedUser' && queuedCallRefusal(this)
    if (!refusal) {
      const sender = senderOf(this, req)
      return sender === this ? super.dispatch(req) : sender.dispatch(req)
    }
    new CallEvidence(subjectOf(this)).refused(refusal)
    logRefusal(refusal)
    throw refusal
  }

  /**
   * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`,
   *   `ERR_TENANT_MISMATCH`
   * @throws {@link DestinationError} `ERR_DESTINATION_TECHNICAL`, `ERR_DESTINATION_USER_BOUND`,
   *   `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
   * @throws {@link RemoteError} when the call fails on its way, with CAP's `reason`
   */
  override async handle(req: cds.Request): Promise<unknown> {
    const { [GUARD]: guard, destination } = this
    const context = contextOfMessage(req)
    if (context) return cap.tx(context, () => this.handle(req))
    const { user, tenant } = cds.context ?? {}
    if (!destination) return super.handle(req).catch(rethrowTranslated)
    if (guard && holds(guard)) {
      return super.handle(withCleanHeaders(req, guard.userBound)).catch(rethrowTranslated)
    }
    const origin = guard?.origin ?? this
    const evidence = new CallEvidence(subjectOf(origin))
    const outbound = await decide(origin, evidence)
    const { userBound } = outbound
    const own = { user, tenant, until: endOf(origin), userBound, origin, over: false }
    const call = Object.create(this, perCall(own, outbound, evidence)) as this
    try {
      const result = await super.handle.call(call, withCleanHeaders(req, userBound))
      evidence.done()
      return result
    } catch (error) {
      const meaning = translateError(error)
      evidence.failed(meaning)
      throw meaning
    } finally {
      own.over = true
    }
  }
}

/** CAP's error for a failed call says what there was; where it is known what it means, that is the error. */
function translateError(error: unknown): unknown {
  const meaning = translationOf((error as { reason?: unknown } | undefined)?.reason)
  if (!meaning) return error
  // what passes several of these is logged by the first
  if (!logged.has(meaning)) logRefusal(meaning)
  logged.add(meaning)
  return meaning
}

const logged = new WeakSet()

function rethrowTranslated(error: unknown): never {
  throw translateError(error)
}

function holds(guard: Guard): boolean {
  const { user, tenant } = cds.context ?? {}
  const isSame = guard.user === user && guard.tenant === tenant
  return isSame && !guard.over && Date.now() < guard.until
}

/** What is refused leaves a line in the log, whoever handles the error. */
async function decide(
  service: PrincipalRemoteService,
  evidence: CallEvidence
): Promise<ReadyDestination> {
  const { user, tenant } = cds.context ?? {}
  try {
    const outbound = await outboundDestination(
      outboundService(service),
      principalOf(user),
      tenant,
      (found) => {
        evidence.found(found)
      }
    )
    const { name } = outbound.destination
    if (outbound.userBound) checkCloudSdk(`destination "${String(name)}"`)
    return outbound
  } catch (error) {
    evidence.refused(error)
    if (error instanceof PrincipalError) logRefusal(error)
    throw error
  }
}

/** Milliseconds since the epoch, until which a decision holds: tokens of the platform last a minute longer. */
function endOf({ minTokenLifetime }: PrincipalRemoteService): number {
  const principal = principalOf(cds.context?.user)
  const minute = Date.now() + 60_000
  if (principal.kind !== 'named') return minute
  return Math.min(minute, (principal.expiresAt - minTokenLifetime) * 1000)
}

function perCall(
  guard: Guard,
  ready: ReadyDestination,
  evidence: CallEvidence
): PropertyDescriptorMap {
  const outbound = ready as Outbound
  const { middlewares } = guard.origin
  if (!middlewares) return { [GUARD]: { value: guard }, destination: { value: ready.destination } }
  const { timeout, csrf } = callMiddlewares(outbound, guard.origin)
  const own = { timeout: recordSend(evidence, timeout), csrf: middlewares.csrf && csrf }
  return {
    [GUARD]: { value: guard },
    destination: { value: visibleDestination(outbound.destination) },
    middlewares: { value: own }
  }
}

/** Handlers of an application may answer without sending anything. */
function recordSend(evidence: CallEvidence, middleware: HttpMiddleware): HttpMiddleware {
  return (options) => {
    evidence.sent()
    return middleware(options)
  }
}

function withCleanHeaders(req: cds.Request, userBound: boolean): cds.Request {
  const inbound: Headers = cap.context?.http?.req.headers ?? {}
  const headers = withoutInboundCredentials(req.headers as Headers, inbound, userBound)
  return Object.create(req, { headers: { value: headers } }) as cds.Request
}

export default PrincipalRemoteService

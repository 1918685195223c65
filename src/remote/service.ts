import cds from '@sap/cds'
import type { HttpMiddleware } from '@sap-cloud-sdk/http-client'

import { cap } from '../cap.js'
import { decidesCalls } from '../lib/adoption.js'
import type { AuthorCall } from '../delegation/author-call.js'
import { PrincipalError } from '../errors.js'
import { logFailure } from '../lib/log.js'
import { CallEvidence } from './evidence/call.js'
import { checkedSender } from './checked-sender.js'
import { checkCloudSdk } from './start-checks.js'
import { isRead, mayHaveHappened } from './queue/author-call.js'
import { contextOfMessage } from './queue/tenant.js'
import { type Headers, withoutInboundCredentials } from '../lib/inbound-credential.js'
import { decideCall } from './call-decision.js'
import { forNativeFetch, usesNativeFetch } from './native-fetch.js'
import type { ReadyDestination } from './outbound.js'
import { checkNotQueued } from './queue/refusal.js'
import { isQueued } from './queue/tenant.js'
import { callPolicy, carriesUser, type OnBehalfOf } from './policy/options.js'
import { subjectOf, titleOf } from './policy/service-target.js'
import {
  explanationOf,
  failureOf,
  callMiddlewares,
  type Outbound,
  translationOf,
  visibleDestination
} from './http/send.js'

const Stock = cap.RemoteService

/** Property of the object that a guarded call runs on, with the decision about its principal. */
const GUARD = Symbol('guard')

/**
 * Decision about the principal of a call. Handlers of an application have the object as `this`, and
 * may use it again later, or as another principal.
 */
interface Guard {
  readonly user: unknown
  readonly tenant: string | undefined
  /** End of the decision in milliseconds since the epoch. */
  readonly until: number
  readonly userBound: boolean
  readonly origin: PrincipalRemoteService
  /**
   * True if the call has ended: each request that is sent with the object afterwards is a call of
   * its own.
   */
  over: boolean
  /** Call as the author of queued work. */
  readonly author: AuthorCall | undefined
}

/**
 * Remote services of all kinds (`odata`, `odata-v2`, `odata-v4`, `rest`, `hcql`). The principal of
 * a call is decided before a request leaves. CAP selects the class by
 * `cds.requires.kinds.<kind>.impl`, so no application needs to name it. Without
 * `"auth": "principal"` and without `onBehalfOf`, the constructor returns CAP's own remote service.
 *
 * Each call runs on an object of its own that inherits from the service, so parallel calls of
 * several users do not meet. The queue calls `handle` as well, so background work is checked in the
 * same way.
 *
 * @see https://cap.cloud.sap/docs/node.js/remote-services
 */
export class PrincipalRemoteService extends Stock {
  /** Value of `cds.requires.<service>.onBehalfOf`; without it the destination decides. */
  declare readonly onBehalfOf: OnBehalfOf | undefined
  /** Value of `cds.requires.<service>.minTokenLifetime`, in seconds. */
  declare readonly minTokenLifetime: number
  /** Value of `cds.requires.<service>.clients`: clients that may act as the user; without it all may. */
  declare readonly clients: readonly string[] | undefined
  declare readonly [GUARD]?: Guard

  /**
   * Returns CAP's own service if neither `auth` nor `onBehalfOf` of this service selects this
   * package.
   */
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
    const { onBehalfOf, minTokenLifetime, clients } = callPolicy(title, this.options)
    if (carriesUser(onBehalfOf)) checkCloudSdk(`cds.requires.${title}.onBehalfOf`)
    Object.defineProperties(this, {
      onBehalfOf: { value: onBehalfOf },
      minTokenLifetime: { value: minTokenLifetime },
      clients: { value: clients }
    })
    return super.init()
  }

  /**
   * Sends or queues a call. The result of `cds.queued` inherits from the service, and calls this
   * before it queues anything. The queue in memory may call it on another service than the queued
   * one: the right one sends the call.
   *
   * @throws {@link PropagationError} `ERR_QUEUED_NAMED_USER`
   */
  override async dispatch(req: cds.Request): Promise<unknown> {
    const sender = checkedSender(this, req)
    return sender === this ? super.dispatch(req) : sender.dispatch(req)
  }

  /**
   * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`,
   *   `ERR_TENANT_MISMATCH`, `ERR_CLIENT_NOT_ALLOWED`
   * @throws {@link DelegationError} for a message of the queue whose author can not be vouched for
   * @throws {@link DestinationError} `ERR_DESTINATION_TECHNICAL`, `ERR_DESTINATION_USER_BOUND`,
   *   `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
   * @throws {@link RemoteError} when the call fails on its way, with CAP's `reason`
   */
  override async handle(req: cds.Request): Promise<unknown> {
    const { [GUARD]: guard, destination } = this
    const context = contextOfMessage(req)
    if (context) return cap.tx(context, () => this.handle(req))
    const { user, tenant } = cds.context ?? {}
    if (!destination || (isEvent(req) && !isQueued(req))) {
      return super.handle(req).catch(rethrowTranslated)
    }
    if (guard && holds(guard)) {
      await guard.author?.prepare(isRead(req))
      return super.handle(withCleanHeaders(req, guard.userBound)).catch(rethrowTranslated)
    }
    const origin = guard?.origin ?? this
    const evidence = new CallEvidence(subjectOf(origin), isQueued(req) ? 'queue' : undefined)
    const convert = usesNativeFetch(origin) ? forNativeFetch : undefined
    const { outbound, until, author } = await decideCall(origin, req, evidence, convert)
    const { userBound } = outbound
    const own = { user, tenant, until, userBound, origin, author, over: false }
    const call = Object.create(this, perCall(own, outbound, evidence)) as this
    try {
      const result = await super.handle.call(call, withCleanHeaders(req, userBound))
      author?.succeeded()
      evidence.done()
      return result
    } catch (error) {
      const meaning = translateError(error)
      author?.failed(mayHaveHappened(meaning))
      evidence.failed(meaning, explanationOf(error) ?? meaning)
      throw meaning
    } finally {
      own.over = true
    }
  }
}

/**
 * Returns the error that names the hop, if it is known, in place of CAP's error for a failed call.
 */
function translateError(error: unknown): unknown {
  return translationOf(failureOf(error)) ?? error
}

function rethrowTranslated(error: unknown): never {
  const meaning = translateError(error)
  const explanation = explanationOf(error) ?? meaning
  if (explanation instanceof PrincipalError) logFailure(explanation)
  throw meaning
}

/**
 * True for an event, as a broker delivers it: its handlers get it, and nothing is sent. CAP sends what has a query or a path.
 *
 * @see `@sap/cds`, `libx/_runtime/remote/Service.js`
 */
function isEvent(req: object): boolean {
  const { query, path } = req as { query?: unknown; path?: unknown }
  return !(req instanceof cds.Request) && !query && typeof path !== 'string'
}

function holds(guard: Guard): boolean {
  const { user, tenant } = cds.context ?? {}
  const isSame = guard.user === user && guard.tenant === tenant
  return isSame && !guard.over && Date.now() < guard.until
}

function perCall(
  guard: Guard,
  ready: ReadyDestination,
  evidence: CallEvidence
): PropertyDescriptorMap {
  const outbound = ready as Outbound
  const { origin } = guard
  if (usesNativeFetch(origin)) {
    return { [GUARD]: { value: guard }, destination: { value: ready.destination } }
  }
  const { timeout, csrf } = callMiddlewares(outbound, origin)
  const own = {
    timeout: recordSend(guard, evidence, timeout),
    csrf: origin.middlewares?.csrf && csrf
  }
  return {
    [GUARD]: { value: guard },
    destination: { value: visibleDestination(outbound.destination) },
    middlewares: { value: own }
  }
}

/** Records when a request is sent: handlers of an application may answer without one. */
function recordSend(
  { author }: Guard,
  evidence: CallEvidence,
  middleware: HttpMiddleware
): HttpMiddleware {
  return (options) => {
    evidence.sent()
    const send = middleware(options)
    if (!author) return send
    return async (request) => {
      const underWay = author.sent(request)
      const headers = { ...request.headers, ...underWay.headers }
      try {
        const answer = await send({ ...request, headers })
        underWay.succeeded(answer.headers as Headers)
        return answer
      } catch (error) {
        underWay.failed(mayHaveHappened(translationOf(error) ?? error))
        throw error
      }
    }
  }
}

function withCleanHeaders(req: cds.Request, userBound: boolean): cds.Request {
  const inbound: Headers = cap.context?.http?.req.headers ?? {}
  const headers = withoutInboundCredentials(req.headers as Headers, inbound, userBound)
  return Object.create(req, { headers: { value: headers } }) as cds.Request
}

export default PrincipalRemoteService

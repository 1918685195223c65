import cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpMiddleware } from '@sap-cloud-sdk/http-client'

import type { DestinationOptions } from '../destination/resolve.js'
import { PrincipalError } from '../errors.js'
import { logRefusal } from '../log.js'
import { type OnBehalfOf, onBehalfOf, type RemoteOptions } from '../options.js'
import type { Principal } from '../user/principal.js'
import { principalOf } from '../user/principal-of.js'
import { type CallingService, callMiddlewares } from './call-middleware.js'
import { meaningOf, type Outbound } from './exchange.js'
import { type Headers, withoutInboundCredentials } from './inbound-credentials.js'
import {
  type ConfiguredDestination,
  outboundDestination,
  type OutboundService
} from './outbound-destination.js'
import { checkNotQueued, queuedCallRefusal } from './queue-refusal.js'
import { checkTenant } from './require-named-user.js'
import { bareDestination, needsCloudSdk } from './wire-destination.js'

/** CAP's remote service, with the members that its types leave out. */
interface StockRemoteService extends cds.Service, Omit<CallingService, 'kind'> {
  readonly destination?: ConfiguredDestination
  readonly destinationOptions?: DestinationOptions
  readonly middlewares?: { timeout: HttpMiddleware; csrf?: HttpMiddleware }
  readonly options: RemoteOptions
  dispatch(req: cds.Request): Promise<unknown>
  handle(req: cds.Request): Promise<unknown>
}

const Stock = cds.RemoteService as unknown as new (...args: never[]) => StockRemoteService

/** On the object that a guarded call runs on: for whom it was decided, until when that holds, and from what. */
const GUARD = Symbol('guard')

/** Handlers of an application get such an object as `this`, and may use it again, later, or as somebody else. */
interface Guard {
  readonly user: unknown
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly origin: PrincipalRemoteService
}

/**
 * Remote services of all kinds (`odata`, `odata-v2`, `odata-v4`, `rest`, `hcql`): before a request leaves, it is decided
 * as whom. Selected through `cds.requires.kinds.<kind>.impl`; nobody needs to name it.
 *
 * A call continues on an object of its own that inherits from the service, so parallel calls of several users do not
 * meet. The queue calls `handle` as well, so background work passes the same gate.
 *
 * @see https://cap.cloud.sap/docs/node.js/remote-services
 */
export class PrincipalRemoteService extends Stock {
  /** `cds.requires.<service>.onBehalfOf`; without it the destination decides. */
  declare readonly onBehalfOf: OnBehalfOf | undefined
  declare readonly [GUARD]?: Guard

  /** @throws {@link ConfigurationError} when `onBehalfOf` is unknown or can't work */
  override async init(): Promise<void> {
    checkNotQueued(this.name, this.options)
    Object.defineProperty(this, 'onBehalfOf', { value: onBehalfOf(this.name, this.options) })
    return super.init()
  }

  /**
   * What `cds.queued` makes of a service inherits from it, and calls this before it puts anything into the queue.
   *
   * @throws {@link PropagationError} `ERR_QUEUED_NAMED_USER`
   */
  override async dispatch(req: cds.Request): Promise<unknown> {
    const refusal = this.onBehalfOf === 'namedUser' && queuedCallRefusal(this)
    if (!refusal) return super.dispatch(req)
    logRefusal(refusal)
    throw refusal
  }

  /**
   * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_USER_TOKEN_EXPIRED`
   * @throws {@link DestinationError} `ERR_DESTINATION_TECHNICAL`, `ERR_DESTINATION_NOT_FOUND`,
   *   `ERR_DESTINATION_UNAVAILABLE`
   * @throws {@link RemoteError} when the call fails on its way, with CAP's `reason`
   */
  override async handle(req: cds.Request): Promise<unknown> {
    const { [GUARD]: guard, destination } = this
    const user: unknown = cds.context?.user
    const decided = guard?.user === user && Date.now() < (guard?.until ?? 0)
    try {
      if (decided || !destination) return await super.handle(req)
      const origin = guard?.origin ?? this
      const principal = principalOf(cds.context?.user)
      const { outbound, userBound } = await outboundCall(origin, principal)
      const until = principal.kind === 'named' ? principal.expiresAt * 1000 : Infinity
      const call = Object.create(this, perCall({ user, until, origin }, outbound)) as this
      return await super.handle.call(call, withCleanHeaders(req, userBound))
    } catch (error) {
      throw told(error)
    }
  }
}

/** CAP's error for a failed call says what there was; where it is known what it means, that is the error. */
function told(error: unknown): unknown {
  const meaning = meaningOf((error as { reason?: unknown } | undefined)?.reason) ?? error
  // what passes several of these is logged by the first
  if (meaning instanceof PrincipalError && !logged.has(meaning)) {
    logged.add(meaning)
    logRefusal(meaning)
  }
  return meaning
}

const logged = new WeakSet()

/** As whom, with which tokens, and how to get fresh ones. */
async function outboundCall(origin: PrincipalRemoteService, principal: Principal) {
  checkTenant(origin.name, principal, cds.context?.tenant)
  const service = outboundService(origin)
  const tenant = cds.context?.tenant
  const { destination, userBound } = await outboundDestination(service, principal, tenant)
  const destinationOptions = { ...service.destinationOptions, useCache: false }
  const renew = async () => {
    const fresh = await outboundDestination({ ...service, destinationOptions }, principal, tenant)
    return fresh.destination as HttpDestination
  }
  const user = userBound && principal.kind === 'named' ? principal : undefined
  const outbound: Outbound = { destination: destination as HttpDestination, user, renew }
  return { outbound, userBound }
}

function outboundService(service: PrincipalRemoteService): OutboundService {
  const { name, onBehalfOf, destination, destinationOptions } = service
  return {
    name,
    onBehalfOf,
    destination: destination as ConfiguredDestination,
    ...(destinationOptions && { destinationOptions })
  }
}

function perCall(guard: Guard, outbound: Outbound): PropertyDescriptorMap {
  const { middlewares } = guard.origin
  const { destination } = outbound
  const own = middlewares && callMiddlewares(outbound, guard.origin)
  const known = own && !needsCloudSdk(destination) ? bareDestination(destination) : destination
  return {
    [GUARD]: { value: guard },
    destination: { value: known },
    ...(own && { middlewares: { value: { ...own, csrf: middlewares.csrf && own.csrf } } })
  }
}

function withCleanHeaders(req: cds.Request, userBound: boolean): cds.Request {
  const inbound = (cds.context?.http?.req.headers ?? {}) as Headers
  const headers = withoutInboundCredentials(req.headers as Headers, inbound, userBound)
  return Object.create(req, { headers: { value: headers } }) as cds.Request
}

export default PrincipalRemoteService

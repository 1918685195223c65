import cds from '@sap/cds'
import type { HttpMiddleware } from '@sap-cloud-sdk/http-client'

import type { DestinationOptions } from '../destination/resolve.js'
import { PrincipalError } from '../errors.js'
import { logRefusal } from '../log.js'
import { type OnBehalfOf, onBehalfOf, type RemoteOptions } from '../options.js'
import { principalOf } from '../user/principal-of.js'
import { callMiddleware } from './call-middleware.js'
import { type Headers, withoutInboundCredentials } from './inbound-credentials.js'
import {
  type ConfiguredDestination,
  outboundDestination,
  type OutboundService
} from './outbound-destination.js'
import { checkNotQueued, queuedCallRefusal } from './queue-refusal.js'
import { checkTenant } from './require-named-user.js'

/** CAP's remote service, with the members that its types leave out. */
interface StockRemoteService extends cds.Service {
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
   */
  override async handle(req: cds.Request): Promise<unknown> {
    const { [GUARD]: guard, destination } = this
    const user: unknown = cds.context?.user
    const decided = guard?.user === user && Date.now() < (guard?.until ?? 0)
    if (decided || !destination) return super.handle(req)
    try {
      const origin = guard?.origin ?? this
      const principal = principalOf(cds.context?.user)
      checkTenant(this.name, principal, cds.context?.tenant)
      const outbound = await outboundDestination(
        outboundService(origin),
        principal,
        cds.context?.tenant
      )
      const until = principal.kind === 'named' ? principal.expiresAt * 1000 : Infinity
      const descriptors = perCall({ user, until, origin }, outbound.destination)
      const call = Object.create(this, descriptors) as this
      return await super.handle.call(call, withCleanHeaders(req, outbound.userBound))
    } catch (error) {
      if (error instanceof PrincipalError) logRefusal(error)
      throw error
    }
  }
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

function perCall(guard: Guard, destination: object): PropertyDescriptorMap {
  const { middlewares } = guard.origin
  const timeout = middlewares && callMiddleware(middlewares.timeout)
  return {
    [GUARD]: { value: guard },
    destination: { value: destination },
    ...(timeout && { middlewares: { value: { ...middlewares, timeout } } })
  }
}

function withCleanHeaders(req: cds.Request, userBound: boolean): cds.Request {
  const inbound = (cds.context?.http?.req.headers ?? {}) as Headers
  const headers = withoutInboundCredentials(req.headers as Headers, inbound, userBound)
  return Object.create(req, { headers: { value: headers } }) as cds.Request
}

export default PrincipalRemoteService

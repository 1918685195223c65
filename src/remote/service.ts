import cds from '@sap/cds'
import type { HttpMiddleware } from '@sap-cloud-sdk/http-client'

import type { DestinationOptions } from '../destination/resolve.js'
import { PrincipalError } from '../errors.js'
import { logRefusal } from '../log.js'
import { type OnBehalfOf, onBehalfOf, type RemoteOptions } from '../options.js'
import { principalOf } from '../user/principal.js'
import { callMiddleware } from './call-middleware.js'
import { type Headers, withoutInboundCredentials } from './inbound-credentials.js'
import { type ConfiguredDestination, outboundDestination } from './outbound-destination.js'

/** CAP's remote service, with the members that its types leave out. */
interface StockRemoteService extends cds.Service {
  readonly destination?: ConfiguredDestination
  readonly destinationOptions?: DestinationOptions
  readonly middlewares?: { timeout: HttpMiddleware; csrf?: HttpMiddleware }
  readonly options: RemoteOptions
  handle(req: cds.Request): Promise<unknown>
}

const Stock = cds.RemoteService as unknown as new (...args: never[]) => StockRemoteService

/** Set on the object that one guarded call runs on. */
const GUARDED = Symbol('guarded')

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
  declare readonly [GUARDED]?: true

  /** @throws {@link ConfigurationError} when `onBehalfOf` is unknown or can't work */
  override async init(): Promise<void> {
    Object.defineProperty(this, 'onBehalfOf', { value: onBehalfOf(this.name, this.options) })
    return super.init()
  }

  /**
   * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_USER_TOKEN_EXPIRED`
   * @throws {@link DestinationError} `ERR_DESTINATION_TECHNICAL`, `ERR_DESTINATION_NOT_FOUND`,
   *   `ERR_DESTINATION_UNAVAILABLE`
   */
  override async handle(req: cds.Request): Promise<unknown> {
    const { destination } = this
    if (this[GUARDED] || !destination) return super.handle(req)
    try {
      const principal = principalOf(cds.context?.user)
      const outbound = await outboundDestination({ ...members(this), destination }, principal)
      const call = Object.create(this, perCall(this, outbound.destination)) as this
      return await super.handle.call(call, withCleanHeaders(req, outbound.userBound))
    } catch (error) {
      if (error instanceof PrincipalError) logRefusal(error)
      throw error
    }
  }
}

function members({ name, onBehalfOf, destinationOptions }: PrincipalRemoteService) {
  return { name, onBehalfOf, ...(destinationOptions && { destinationOptions }) }
}

function perCall(
  { middlewares }: PrincipalRemoteService,
  destination: object
): PropertyDescriptorMap {
  const timeout = middlewares && callMiddleware(middlewares.timeout)
  return {
    [GUARDED]: { value: true },
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

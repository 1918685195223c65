import type cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpMiddleware } from '@sap-cloud-sdk/http-client'

import type { DestinationOptions } from './destination/look-up/options.js'

/** Options of the request for a CSRF token: `cds.requires.<service>.csrf`. */
export interface CsrfOptions {
  /** Method of the request. Default: `head`. */
  readonly method?: string
  /** URL of the request. Default: the root of the service. */
  readonly url?: string
}

/** Properties of a CAP service that matter for its calls. */
export interface CallingService {
  readonly kind: string
  /** Milliseconds for a request. */
  readonly requestTimeout: number
  readonly csrf: CsrfOptions | boolean | undefined
  readonly path: string | undefined
}

/** Credentials of a required service, as configured or from a service binding. */
export interface RemoteCredentials {
  readonly destination?: string
  readonly url?: string
  /** Path of the service below the URL. */
  readonly path?: string
  readonly forwardAuthToken?: boolean
  readonly authentication?: string
  readonly username?: string
  /** OAuth client of a bound service. */
  readonly uaa?: { readonly clientid?: string; readonly url?: string }
  /**
   * True if the `url` is plain http to a service of the same cluster, such as the Transparent
   * Proxy.
   */
  readonly plainHttpWithinCluster?: unknown
  /** Client of a bound XSUAA or Identity Authentication, whose `url` is its own. */
  readonly clientid?: string
}

/** Destination of a required service: a name, or what `credentials` with a `url` say. */
export type ConfiguredDestination = string | (Partial<HttpDestination> & { uaa?: object })

/** Options of `cds.requires.<service>` that matter here. */
export interface RemoteOptions {
  readonly onBehalfOf?: unknown
  /** Time in seconds. */
  readonly minTokenLifetime?: unknown
  readonly clients?: unknown
  readonly credentials?: RemoteCredentials
  readonly destinationOptions?: {
    readonly selectionStrategy?: unknown
    readonly fragmentName?: unknown
    readonly level?: unknown
    readonly chain?: unknown
    readonly actorToken?: unknown
  }
}

/** A service of CAP that is called, with the members that its types leave out. */
export interface CalledService extends cds.Service {
  readonly options: RemoteOptions & {
    /** Milliseconds. */
    readonly requestTimeout?: number
    readonly destinationOptions?: DestinationOptions
  }
  init(): Promise<void>
  dispatch(req: cds.Request): Promise<unknown>
  handle(req: cds.Request): Promise<unknown>
}

/** CAP's remote service, with the members that its types leave out. */
export interface StockRemoteService extends cds.Service, Omit<CallingService, 'kind'> {
  readonly destination?: ConfiguredDestination
  readonly destinationOptions?: DestinationOptions
  readonly middlewares?: { timeout: HttpMiddleware; csrf?: HttpMiddleware }
  readonly options: RemoteOptions
  dispatch(req: cds.Request): Promise<unknown>
  handle(req: cds.Request): Promise<unknown>
}

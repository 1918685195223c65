import type {} from '@sap/cds'

import type { DelegationOptions } from './delegation/options.js'
import type { DestinationOptions } from './destination/look-up/options.js'
import type { OnBehalfOf } from './remote/policy/options.js'

/**
 * An entry of `cds.requires` for a remote service, with the options of CAP and of this package:
 * `const s4: RequiredService = cds.env.requires.S4`.
 *
 * @see https://cap.cloud.sap/docs/node.js/remote-services
 */
export interface RequiredService {
  kind?: string
  model?: string | string[]
  impl?: string
  /** Name of the service in the model, if it is not the name of the entry. */
  service?: string
  /** Address of the service, as configured or from a service binding. */
  credentials?: {
    /** Name of a destination. */
    destination?: string
    /** Path of the service below the destination's URL. */
    path?: string
    url?: string
    /** The user's token goes to the `url`. */
    forwardAuthToken?: boolean
    /** The `url` is plain http to a service of the own cluster, as the Transparent Proxy is one. */
    plainHttpWithinCluster?: boolean
    [property: string]: unknown
  }
  destinationOptions?: DestinationOptions
  /** Default: the destination decides. */
  onBehalfOf?: OnBehalfOf
  /** Seconds that a user's token has to last when it is sent. Default: 5. */
  minTokenLifetime?: number
  /** Queued calls keep their author: `true` in development, an object with `credentials` in production. Default: none. */
  delegation?: boolean | DelegationOptions
  /** Options of CAP and of other plugins. */
  [option: string]: unknown
}

declare module '@sap/cds' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- as the types of CAP declare it
  namespace env {
    /** Mocked users have these properties as well, in CAP and in the emulated landscape. */
    interface MockUser {
      /** Password of the user. Any password will do if there is none. */
      password?: string
      /** The user's id, if it is not the name of the entry. */
      id?: string
      /** Attributes: `$user.<name>`. */
      attr?: Record<string, unknown>
      /** Authorization policies (AMS), with emulated Identity Authentication. */
      policies?: string[]
    }
  }
}

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { RejectedCredential } from '../../destination/resolve/bypass.js'
import type { NamedUser } from '../../user/principal.js'

/** Destination and principal of a call. */
export interface Outbound {
  /**
   * Complete destination, with the tokens of exactly this principal, from `completeDestination`.
   */
  readonly destination: HttpDestination
  /** Named user of the call; without one, it goes out as the technical user of the destination. */
  readonly user?: NamedUser | undefined
  /**
   * Tenant of the context; `undefined` is the provider's. Sessions of technical users are of one
   * tenant.
   */
  readonly tenant?: string | undefined
  /**
   * Returns the destination with fresh tokens: called after a 401 or 407, before the one
   * repetition.
   */
  readonly renew?: ((rejected: RejectedCredential) => Promise<HttpDestination>) | undefined
}

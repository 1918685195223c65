import type { Bypass } from '../../lib/single-flight.js'
import type { DestinationOptions } from '../look-up/options.js'
import { bearerBypass, type RejectedCredential } from '../tokens/rejected.js'

export { bearerBypass, type RejectedCredential } from '../tokens/rejected.js'

/** Options of a required service or a call, and credentials that must not be used again. */
export interface ResolveOptions extends DestinationOptions {
  /** Credentials that are replaced by others, unless another call has done so already. */
  readonly rejected?: RejectedCredential | undefined
}

/** Returns which cached tokens to ignore, decided by the header value of each. @internal */
export function tokenBypass({ rejected, useCache }: ResolveOptions): Bypass<string> {
  return rejected?.isRejected ?? useCache === false
}

/**
 * Returns which cached tokens of the application for the Connectivity proxy to ignore. When the system behind it has rejected
 * the user, this token is fetched anew as well: it opens a new connection, on which the Cloud Connector logs the user on
 * again. The old token stays valid for other calls.
 *
 * @internal
 */
export function proxyTokenBypass({ rejected, useCache }: ResolveOptions): Bypass<string> {
  return rejected?.byProxy ? bearerBypass(rejected.isRejected) : useCache === false
}

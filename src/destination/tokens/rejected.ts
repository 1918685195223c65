import type { Bypass } from '../../lib/single-flight.js'

/** Credentials that were sent, and not accepted. */
export interface RejectedCredential {
  /** True if the value of a header, with its scheme, was among those that were sent. */
  readonly isRejected: IsRejected
  /** True if the Connectivity proxy has rejected them (407), and not the system behind it (401). */
  readonly byProxy: boolean
}

/** True if a header with this value was sent and rejected. */
export type IsRejected = (headerValue: string) => boolean

/** Converts a decision about header values into one about tokens that are sent as `Bearer`. @internal */
export function bearerBypass(bypass: Bypass<string>): Bypass<string> {
  return typeof bypass === 'function' ? (token) => bypass(`Bearer ${token}`) : bypass
}

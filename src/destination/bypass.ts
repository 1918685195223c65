import type { DestinationOptions } from './look-up/find.js'
import type { Fresh } from '../lib/single-flight.js'

/** Whether the value of a header has been sent, and refused by whom it was for. */
export type Refused = (header: string) => boolean

/** Credentials that were not accepted. */
export interface Refusal {
  readonly refused: Refused
  /** Whether it was the Connectivity proxy (407), not the system behind it (401). */
  readonly byProxy: boolean
}

/** What is asked for, and what must not be the answer. */
export interface ResolveOptions extends DestinationOptions {
  /** Tokens that are refused are replaced by others, unless somebody has done so. */
  readonly refusal?: Refusal | undefined
}

/** Which of the tokens that are kept don't count: none, all of them, or those that were refused. @internal */
export function freshTokens({ refusal, useCache }: ResolveOptions): boolean | Refused {
  return refusal?.refused ?? useCache === false
}

/**
 * The same for the application's token for the Connectivity proxy. After the refusal of a system it is another one as well,
 * and with it a new connection, on which the Cloud Connector logs the user on anew; but nobody has said that it is of no use.
 *
 * @internal
 */
export function freshProxyToken({ refusal, useCache }: ResolveOptions): Fresh<string> {
  return refusal?.byProxy ? freshBearer(refusal.refused) : useCache === false
}

/** The same for tokens that are sent as `Bearer`. @internal */
export function freshBearer(fresh: boolean | Refused): Fresh<string> {
  return typeof fresh === 'function' ? (token) => fresh(`Bearer ${token}`) : fresh
}

import type { DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { decode } from '../../token/decode.js'

/**
 * Milliseconds before its end from which on a token is not used any more: the call needs some of
 * its time.
 */
const MARGIN = 60_000

/**
 * Returns the milliseconds for which a token may be cached: until it ends, less a margin; 0 if its
 * end is unknown.
 *
 * @param ends - seconds since the epoch, of everything that the token depends on
 * @internal
 */
export function lifetimeUntil(...ends: (number | undefined)[]): number {
  const known = ends.filter((end) => end !== undefined)
  return known.length ? Math.min(...known) * 1000 - Date.now() - MARGIN : 0
}

/**
 * Returns the milliseconds for which a retrieved token may be cached, by its `expires_in`, and by
 * `exp` if it is a JWT.
 *
 * @param ends - seconds since the epoch, of what else it depends on
 * @internal
 */
export function lifetimeOf(token: DestinationAuthToken, ...ends: number[]): number {
  const seconds = Number(token.expiresIn)
  if (!(seconds > 0)) return 0
  return lifetimeUntil(Date.now() / 1000 + seconds, endOf(token.value), ...ends)
}

/**
 * Returns the `exp` claim of a token in seconds since the epoch; `undefined` if it is no JWT. The
 * claim is not verified here: the receiver of the token verifies it.
 *
 * @internal
 */
export function endOf(token: string): number | undefined {
  const exp = claimsOf(token)?.['exp']
  return typeof exp === 'number' ? exp : undefined
}

/**
 * Returns how long ago a time was, for messages: `3 min ago`.
 *
 * @param end - seconds since the epoch
 * @internal
 */
export function ago(end: number): string {
  const seconds = Math.max(Math.round(Date.now() / 1000 - end), 0)
  if (seconds < 120) return `${String(seconds)} s ago`
  const minutes = Math.round(seconds / 60)
  return minutes < 120 ? `${String(minutes)} min ago` : `${String(Math.round(minutes / 60))} h ago`
}

/** Returns the claims of a token; `undefined` if it is no JWT. @internal */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decode(token).payload
  } catch {
    return undefined
  }
}

/** True if XSUAA has issued a token with these claims. @internal */
export function isXsuaa(claims: Readonly<Record<string, unknown>>): boolean {
  const { enhancer } = (claims['ext_attr'] ?? {}) as { enhancer?: unknown }
  return enhancer === 'XSUAA'
}

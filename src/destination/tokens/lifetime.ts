import type { DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { decode } from '../../token/decode.js'

/** Milliseconds before its end from which on a token is not handed out any more: the call needs some of its time. */
const MARGIN = 60_000

/**
 * Milliseconds that a token may be kept: its own time less a margin, or 0 when nothing says how long it lives.
 *
 * @param ends - seconds since the epoch, of everything that the token depends on
 * @internal
 */
export function lifetimeUntil(...ends: (number | undefined)[]): number {
  const known = ends.filter((end) => end !== undefined)
  return known.length ? Math.min(...known) * 1000 - Date.now() - MARGIN : 0
}

/**
 * Milliseconds that a retrieved token may be kept, by what its `expires_in` says, and its `exp` if it is a JWT.
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
 * The `exp` claim of a token, or nothing where it is no JWT. It is looked at, not believed: whoever gets the token checks it.
 *
 * @internal
 */
export function endOf(token: string): number | undefined {
  const exp = claimsOf(token)?.['exp']
  return typeof exp === 'number' ? exp : undefined
}

/** The claims of a token, or nothing where it is no JWT. @internal */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decode(token).payload
  } catch {
    return undefined
  }
}

/** Whether XSUAA has issued a token with these claims. @internal */
export function isXsuaa(claims: Readonly<Record<string, unknown>>): boolean {
  const { enhancer } = (claims['ext_attr'] ?? {}) as { enhancer?: unknown }
  return enhancer === 'XSUAA'
}

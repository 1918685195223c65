import { isKeyPair, type KeyPair, parseCertificate } from './key-pair.js'

/** Milliseconds between two looks at credentials in files: Kubernetes replaces those of a secret within about a minute. */
const LONGEST_PAUSE = 60_000

/** Milliseconds after which credentials are read again that were just replaced. @internal */
export const SHORTEST_PAUSE = 1_000

/** Part of the time around the end of a certificate after which its files are looked at again. */
const PART = 1 / 10

/**
 * Returns the milliseconds until credentials are read again: a minute, and less when one of their certificates is about to end, or has
 * just ended. A certificate and a key that do not belong together were read while they were replaced.
 *
 * @internal
 */
export function timeToNextLook(bound: readonly object[], now = Date.now()): number {
  const distances = bound.flatMap((credentials: KeyPair) => {
    const { certificate, key } = credentials
    const end = parseCertificate(certificate)?.validToDate.getTime()
    if (!end) return []
    return key === undefined || isKeyPair(credentials) ? [Math.abs(end - now) * PART] : [0]
  })
  return Math.max(SHORTEST_PAUSE, Math.min(LONGEST_PAUSE, ...distances))
}

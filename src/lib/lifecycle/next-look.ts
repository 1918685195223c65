import { X509Certificate } from 'node:crypto'

/** Milliseconds between two looks at credentials in files: Kubernetes replaces those of a secret within about a minute. */
const LONGEST_PAUSE = 60_000
const SHORTEST_PAUSE = 1_000

/** Part of the time around the end of a certificate after which its files are looked at again. */
const PART = 1 / 10

/**
 * Returns the milliseconds until credentials are read again: a minute, and less when one of their certificates is about to end, or has
 * just ended.
 *
 * @internal
 */
export function timeToNextLook(bound: readonly object[], now = Date.now()): number {
  const distances = bound.flatMap((credentials) => {
    const { certificate } = credentials as { certificate?: unknown }
    const end = parseCertificate(certificate)?.validToDate.getTime()
    return end ? [Math.abs(end - now) * PART] : []
  })
  return Math.max(SHORTEST_PAUSE, Math.min(LONGEST_PAUSE, ...distances))
}

/** Parses a certificate of a binding; `undefined` for anything else. @internal */
export function parseCertificate(pem: unknown): X509Certificate | undefined {
  if (typeof pem !== 'string') return undefined
  try {
    return new X509Certificate(pem.replaceAll('\\n', '\n'))
  } catch {
    return undefined // where it is needed, the error says more
  }
}

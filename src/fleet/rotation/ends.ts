import { logWarning } from '../../lib/log.js'
import { parseCertificate } from '../../lib/lifecycle/key-pair.js'
import { countEnding } from '../../lib/telemetry/metrics.js'
import type { BoundCredentials } from './files.js'

/** Milliseconds of a day. */
const DAY = 86_400_000

/** Days before the end of a certificate from which on the log warns, at most. */
const WARN_DAYS = 14

/** Part of the time of a certificate that is left when the log begins to warn: many are valid for a week. */
const LAST_PART = 1 / 3

/**
 * Logs and counts that a certificate ends soon, or has ended.
 *
 * @param service - its name in the metric, and in the log
 * @param isFile - true for credentials that are read again when their files are replaced
 * @internal
 */
export function warnOfEnd(
  service: { readonly name: string; readonly title: string },
  { certificate }: BoundCredentials,
  isFile: boolean,
  now = Date.now()
): void {
  const parsed = parseCertificate(certificate)
  if (!parsed) return
  const end = parsed.validToDate.getTime()
  const lifetime = end - parsed.validFromDate.getTime()
  if (end - now > Math.min(WARN_DAYS * DAY, lifetime * LAST_PART)) return
  const day = parsed.validToDate.toISOString().slice(0, 10)
  const days = Math.floor((end - now) / DAY)
  const state = end <= now ? `has ended on ${day}` : `ends in ${days} days, on ${day}`
  countEnding(service.name)
  logWarning(
    `the certificate in the binding of ${service.title} ${state}. ${isFile ? FILE : BIND_AGAIN}`
  )
}

const FILE = 'Its secret has to be rotated; the new one is used without a restart.'
const BIND_AGAIN =
  'Bind the service again, and restage: cf unbind-service, cf bind-service, cf restage.'

import { X509Certificate } from 'node:crypto'

import { broken, doubtful, type Finding, right } from '../row.js'

/** Milliseconds of a day. */
const DAY = 86_400_000

/** Days before the end of a certificate from which on the report warns. */
const WARN_DAYS = 14

/**
 * Looks at the time for which a certificate is valid.
 *
 * @param pem - certificate, or a chain that begins with it
 * @param renewal - next step where the certificate has ended, or ends soon
 */
export function certificateFinding(
  subject: string,
  pem: string,
  renewal: string,
  now = Date.now()
): Finding {
  const certificate = parsed(pem)
  if (!certificate) {
    return broken(subject, 'its certificate can not be read', renewal, { expected: 'PEM' })
  }
  const begin = certificate.validFromDate.getTime()
  const end = certificate.validToDate.getTime()
  if (end <= now) {
    const sent = `ended on ${dayOf(end)}`
    return broken(subject, 'its certificate has ended', renewal, { sent, expected: 'a valid one' })
  }
  if (begin > now) {
    const fix = 'Check the clock of this machine, and that the certificate is the right one.'
    const sent = `begins on ${dayOf(begin)}`
    return broken(subject, 'its certificate is not valid yet', fix, { sent })
  }
  const days = Math.floor((end - now) / DAY)
  if (days >= WARN_DAYS) return right(subject, `its certificate is valid until ${dayOf(end)}`)
  const cause = `its certificate ends in ${days} days, on ${dayOf(end)}`
  return doubtful(subject, cause, renewal)
}

function parsed(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem.replaceAll('\\n', '\n'))
  } catch {
    return undefined
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

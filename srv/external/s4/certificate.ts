import { X509Certificate } from 'node:crypto'
import { systemTime } from './system-time.js'
import type { CertificateSubject } from './users.js'

/**
 * Verifies the user certificate of the header `SSL_CLIENT_CERT` (base64 of the DER, one line) against
 * the certificate authority that this system trusts (transaction STRUST), and returns its subject.
 * Anything that is not a valid certificate of that authority yields `undefined`: nobody is logged on.
 */
export function verifiedSubject(
  header: string,
  ca: X509Certificate
): CertificateSubject | undefined {
  const certificate = parse(header)
  if (!certificate || !isIssuedBy(certificate, ca) || !isValidNow(certificate)) return undefined
  return subjectOf(certificate)
}

/** The subject of a certificate that need not be valid; for the log only. */
export function claimedSubject(header: string): string | null {
  const certificate = parse(header)
  return certificate ? subjectOf(certificate).distinguishedName : null
}

function parse(header: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(header, 'base64'))
  } catch {
    return undefined
  }
}

function isIssuedBy(certificate: X509Certificate, ca: X509Certificate): boolean {
  return !certificate.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey)
}

function isValidNow(certificate: X509Certificate): boolean {
  const now = systemTime()
  return certificate.validFromDate <= now && now <= certificate.validToDate
}

function subjectOf(certificate: X509Certificate): CertificateSubject {
  const commonName: unknown = certificate.toLegacyObject().subject?.CN
  return {
    // Node separates the parts by line breaks, and escapes line breaks inside of them.
    distinguishedName: (certificate.subject ?? '').split('\n').join(', '),
    commonName: typeof commonName === 'string' ? commonName : undefined
  }
}

import { X509Certificate } from 'node:crypto'

/** A user certificate that was verified. */
export interface CertifiedUser {
  /** Common name of the subject. */
  readonly name: string
  /** The whole subject, its parts separated by commas. */
  readonly subject: string
}

/**
 * Reads a user certificate as the Cloud Connector sends it: base64 of the DER, in one line.
 *
 * @returns nothing when that is no certificate
 */
export function parseCertificate(header: string): X509Certificate | undefined {
  try {
    return new X509Certificate(Buffer.from(header, 'base64'))
  } catch {
    return undefined
  }
}

/**
 * Checks that a certificate was issued by an authority, is one of a user and valid.
 *
 * @param authority - PEM
 * @param now - milliseconds since the epoch
 */
export function isIssuedBy(certificate: X509Certificate, authority: string, now: number): boolean {
  const isValid =
    certificate.validFromDate.getTime() <= now && now <= certificate.validToDate.getTime()
  return !certificate.ca && isValid && isSignedBy(certificate, authority)
}

/**
 * Checks that a certificate was issued by an authority, whatever it is for and whether it is valid still.
 *
 * @param authority - PEM
 */
export function isSignedBy(certificate: X509Certificate, authority: string): boolean {
  const ca = new X509Certificate(authority)
  return certificate.checkIssued(ca) && certificate.verify(ca.publicKey)
}

/**
 * Returns the user that a certificate names.
 *
 * @returns nothing without exactly one common name
 */
export function certifiedUser(certificate: X509Certificate): CertifiedUser | undefined {
  // a subject without any part is none
  const { subject } = certificate.toLegacyObject() as { subject?: { CN?: unknown } }
  const name = subject?.CN
  if (typeof name !== 'string' || !name) return undefined
  return { name, subject: certificate.subject.split('\n').join(', ') }
}

import { X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

/** Value of `cnf.x5t#S256` for a certificate (PEM or parsed): RFC 8705 section 3.1. */
export function thumbprint(certificate: string | X509Certificate): string {
  const { fingerprint256 } =
    typeof certificate === 'string' ? new X509Certificate(certificate) : certificate
  return Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url')
}

/** The certificate with which a client has authenticated by mutual TLS, if it is from an authority that counts. */
export function clientCertificate({ socket }: IncomingMessage): X509Certificate | undefined {
  const { authorized, getPeerX509Certificate } = socket as Partial<TLSSocket>
  return authorized ? getPeerX509Certificate?.call(socket) : undefined
}

/**
 * The certificate in a header: base64 of the DER in one line, as routers of the platform write it, with or without the
 * lines of PEM around.
 */
export function certificateInHeader(value: string): X509Certificate | undefined {
  const base64 = value.replaceAll(/-----(BEGIN|END) CERTIFICATE-----|\\n|\s/g, '')
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'))
  } catch {
    return undefined
  }
}

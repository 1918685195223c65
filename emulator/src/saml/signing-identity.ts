import { KeyObject, webcrypto } from 'node:crypto'
import { x509 } from '../certificates/x509.js'
import { LANDSCAPE_VALID_MS } from '../certificates/authority.js'

/** A key that signs assertions, and the certificate by which others trust it. */
export interface SigningIdentity {
  /** PEM. */
  readonly key: string
  /** PEM, self-signed. */
  readonly certificate: string
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256'
}

/** Creates a new RSA key, whose certificate is valid as long as a landscape's. */
export function createSigningIdentity(commonName: string): Promise<SigningIdentity> {
  return createLastingIdentity(commonName, LANDSCAPE_VALID_MS)
}

/**
 * Creates a new RSA key: XML signatures of most systems know no other kind.
 *
 * @param validity - milliseconds that the certificate is valid
 */
export async function createLastingIdentity(
  commonName: string,
  validity: number
): Promise<SigningIdentity> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const now = Date.now()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: new x509.Name([{ CN: [commonName] }]).toString(),
    keys,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date(now - 60_000),
    notAfter: new Date(now + validity)
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  return { key: String(key), certificate: certificate.toString('pem') }
}

import { createPrivateKey, X509Certificate } from 'node:crypto'
import { jose } from '../lib/jose.js'
import { LANDSCAPE_VALID_MS } from '../certificates/authority.js'
import { createLastingIdentity } from '../saml/signing-identity.js'

/** The keys of an application for delegated work: those that are secret, and those that the platform gets. */
export interface DelegationKeys {
  /** Private Ed25519 key of records, which never leaves the application. */
  readonly recordKey: object
  /** Private RSA key of assertions, with its certificate. */
  readonly assertionKey: object
  /** The public part of the latter. */
  readonly publicKey: object
  /** PEM. */
  readonly certificate: string
}

/**
 * Makes new keys.
 *
 * @param name - common name in the certificate
 * @param kid - name of both keys
 * @param validity - milliseconds that the certificate is valid; default: that of a landscape
 */
export async function createDelegationKeys(
  name: string,
  kid: string,
  validity = LANDSCAPE_VALID_MS
): Promise<DelegationKeys> {
  const { key, certificate } = await createLastingIdentity(name, validity)
  const record = await jose.generateKeyPair('Ed25519', { extractable: true })
  const { raw } = new X509Certificate(certificate)
  const common = { kid, alg: 'RS256', use: 'sig', x5c: [raw.toString('base64')] }
  const assertionKey = { ...createPrivateKey(key).export({ format: 'jwk' }), ...common }
  const { kty, n, e } = assertionKey as { kty?: unknown; n?: unknown; e?: unknown }
  return {
    recordKey: { ...(await jose.exportJWK(record.privateKey)), kid, alg: 'EdDSA', use: 'sig' },
    assertionKey,
    publicKey: { kty, n, e, ...common },
    certificate
  }
}

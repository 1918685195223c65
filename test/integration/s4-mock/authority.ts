import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator
} from '@peculiar/x509'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A key with its certificate, both PEM, and the DER as the header carries it. */
export interface Identity {
  readonly key: string
  readonly cert: string
  readonly header: string
}

/** How a certificate differs from a valid one for localhost. */
export interface IdentityOptions {
  readonly notBefore?: Date
  readonly notAfter?: Date
}

/** A certificate authority of the test's own, as the Cloud Connector has one. */
export class Authority {
  private readonly keys: webcrypto.CryptoKeyPair
  private readonly certificate: X509Certificate

  private constructor(keys: webcrypto.CryptoKeyPair, certificate: X509Certificate) {
    this.keys = keys
    this.certificate = certificate
  }

  static async create(name = 'CN=Cloud Connector CA'): Promise<Authority> {
    const keys = await keyPair()
    const extensions = [new BasicConstraintsExtension(true, undefined, true)]
    const options = { name, keys, signingAlgorithm: algorithm, extensions }
    return new Authority(keys, await X509CertificateGenerator.createSelfSigned(options))
  }

  get cert(): string {
    return this.certificate.toString('pem')
  }

  async issue(subject: string, validity: IdentityOptions = {}): Promise<Identity> {
    const keys = await keyPair()
    const certificate = await X509CertificateGenerator.create({
      subject,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
      ...validity
    })
    return {
      key: await privateKeyPem(keys.privateKey),
      cert: certificate.toString('pem'),
      header: Buffer.from(certificate.rawData).toString('base64')
    }
  }
}

function keyPair(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n')
}

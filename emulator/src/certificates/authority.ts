import { KeyObject, webcrypto } from 'node:crypto'
import type { Extension, JsonNameParams, X509Certificate } from '@peculiar/x509'
import { Clock } from '../landscape/clock.js'
import { x509 } from './x509.js'

/** Key and certificate (PEM) of a TLS server or client. */
export interface TlsIdentity {
  key: string
  cert: string
}

/** The subject of a certificate, and the uses of it. */
export interface CertificateRequest {
  subject: JsonNameParams
  usage: 'server' | 'client'
  /** Subject alternative names: of a server its hosts, of a workload its SPIFFE ID. */
  hosts?: { type: 'dns' | 'ip' | 'url'; value: string }[]
  validMs: number
}

/** A certificate authority with a key of its own, in memory only. */
export interface Authority {
  /** PEM. */
  readonly cert: string
  /** Issues a certificate for a new key pair. */
  issue(request: CertificateRequest): Promise<TlsIdentity>
}

/** The emulator may run for weeks on a developer's machine; its keys never leave the process. */
export const LANDSCAPE_VALID_MS = 90 * 24 * 3600_000

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** Creates an authority with new keys. */
export async function createAuthority(commonName: string, clock = new Clock()): Promise<Authority> {
  const keys = await generateKeys()
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    name: commonName,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(clock.now(), LANDSCAPE_VALID_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
        true
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)
    ]
  })
  return {
    cert: cert.toString('pem'),
    issue: (request) => issue({ cert, signingKey: keys.privateKey, clock }, request)
  }
}

async function issue(
  issuer: { cert: X509Certificate; signingKey: webcrypto.CryptoKey; clock: Clock },
  request: CertificateRequest
): Promise<TlsIdentity> {
  const keys = await generateKeys()
  const cert = await x509.X509CertificateGenerator.create({
    subject: new x509.Name(request.subject),
    issuer: issuer.cert.subjectName,
    publicKey: keys.publicKey,
    signingKey: issuer.signingKey,
    signingAlgorithm: ALGORITHM,
    ...validity(issuer.clock.now(), request.validMs),
    extensions: await extensions(issuer.cert, request)
  })
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' })
  return { key: String(key), cert: cert.toString('pem') }
}

async function extensions(issuer: X509Certificate, request: CertificateRequest) {
  const list: Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([
      request.usage === 'server'
        ? x509.ExtendedKeyUsage.serverAuth
        : x509.ExtendedKeyUsage.clientAuth
    ]),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey)
  ]
  if (request.hosts) list.push(new x509.SubjectAlternativeNameExtension(request.hosts))
  return list
}

/** A minute back: clocks of two processes, or of a container and its host, differ. */
function validity(now: number, validMs: number) {
  return { notBefore: new Date(now - 60_000), notAfter: new Date(now + validMs) }
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
}

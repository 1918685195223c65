import { createPrivateKey, X509Certificate } from 'node:crypto'

/** Certificate and private key of a client, both as PEM. */
export interface KeyPair {
  readonly certificate?: unknown
  readonly key?: unknown
}

/** Parses a certificate of a binding; `undefined` for anything else. @internal */
export function parseCertificate(pem: unknown): X509Certificate | undefined {
  if (typeof pem !== 'string') return undefined
  try {
    return new X509Certificate(withLines(pem))
  } catch {
    return undefined // where it is needed, the error says more
  }
}

/** True if there are a certificate and a key, and they belong together: files that are replaced one after the other can be read in between. @internal */
export function isKeyPair({ certificate, key }: KeyPair): boolean {
  if (typeof key !== 'string') return false
  try {
    return parseCertificate(certificate)?.checkPrivateKey(createPrivateKey(withLines(key))) ?? false
  } catch {
    return false
  }
}

const withLines = (pem: string) => pem.replaceAll('\\n', '\n')

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

import type { JWK } from 'jose'

import { ConfigurationError } from '../../errors.js'
import { privateKeysOf } from './private-keys.js'

/** Key by which the platform trusts the application. */
export interface AssertionKey {
  readonly kid: string
  readonly key: KeyObject
  /** Its certificate (PEM), which trust configurations of SAML have. */
  readonly certificate: string | undefined
}

/** Bits that platforms ask for. */
const SHORTEST = 2048

/**
 * Imports the keys for assertions and ID tokens.
 *
 * @param path - where they are, for messages
 * @throws {@link ConfigurationError} that names the place, and no value
 * @internal
 */
export function assertionKeysOf(path: string, value: unknown): readonly AssertionKey[] {
  const keys = privateKeysOf(path, value).map((jwk) => keyOf(path, jwk))
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new ConfigurationError(`${path} has two keys with the same "kid"`)
  }
  return keys
}

function keyOf(path: string, jwk: JWK): AssertionKey {
  const key = privateKeyOf(jwk)
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = key ?? {}
  if (!key || type !== 'rsa' || modulusLength < SHORTEST || !jwk.kid) {
    throw new ConfigurationError(
      `${path} has a key that is no private RSA key with a "kid" and at least ${String(SHORTEST)} bits: ` +
        '"npx cds-principal delegations init" makes them'
    )
  }
  return { kid: jwk.kid, key, certificate: certificateOf(path, jwk, key) }
}

function privateKeyOf(jwk: JWK): KeyObject | undefined {
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined // its message could quote the key
  }
}

/** Returns the certificate in `x5c` (RFC 7517, section 4.7). */
function certificateOf(path: string, { x5c }: JWK, key: KeyObject): string | undefined {
  const [der] = x5c ?? []
  if (der === undefined) return undefined
  try {
    const certificate = new X509Certificate(Buffer.from(der, 'base64'))
    if (certificate.checkPrivateKey(key)) return certificate.toString()
  } catch {
    // not readable, which the message says
  }
  throw new ConfigurationError(`${path} has a key whose "x5c" is not its certificate`)
}

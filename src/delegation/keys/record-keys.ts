import type { CryptoKey, JWK } from 'jose'

import { ConfigurationError } from '../../errors.js'
import { jose } from './jose.js'
import { privateKeysOf } from './private-keys.js'

/** Algorithm of records. */
export const RECORD_ALGORITHM = 'EdDSA'

/** Keys of records: one that signs, and all that verify. */
export interface RecordKeys {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKeys: ReadonlyMap<string, CryptoKey>
}

/** Returns a new key, which ends with the process. @internal */
export async function generatedKeys(): Promise<RecordKeys> {
  const { privateKey } = await jose().generateKeyPair('Ed25519', { extractable: true })
  return recordKeysOf('generated key', await jose().exportJWK(privateKey))
}

/**
 * Imports the keys for records.
 *
 * @param path - where they are, for messages
 * @throws {@link ConfigurationError} that names the place, and no value
 * @internal
 */
export async function recordKeysOf(path: string, value: unknown): Promise<RecordKeys> {
  const keys = privateKeysOf(path, value)
  const pairs = await Promise.all(keys.map((key) => pairOf(path, key)))
  const [current] = pairs
  if (!current) throw new ConfigurationError(`${path} has no key`)
  const publicKeys = new Map(pairs.map(({ kid, publicKey }) => [kid, publicKey]))
  if (publicKeys.size < pairs.length)
    throw new ConfigurationError(`${path} has two keys with the same "kid"`)
  return { kid: current.kid, privateKey: current.privateKey, publicKeys }
}

async function pairOf(path: string, key: JWK) {
  const { kty, crv, x, d } = key
  if (kty !== 'OKP' || crv !== 'Ed25519' || !x || !d) {
    throw new ConfigurationError(
      `${path} has a key that is no private Ed25519 key: "npx cds-principal delegations init" makes them`
    )
  }
  const kid = key.kid ?? (await jose().calculateJwkThumbprint(key))
  const [privateKey, publicKey] = await Promise.all([
    jose().importJWK({ kty, crv, x, d }, RECORD_ALGORITHM),
    jose().importJWK({ kty, crv, x }, RECORD_ALGORITHM)
  ])
  return { kid, privateKey: privateKey as CryptoKey, publicKey: publicKey as CryptoKey }
}

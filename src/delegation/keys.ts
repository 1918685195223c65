import type { CryptoKey, JWK } from 'jose'

import { cap } from '../cap.js'
import { ConfigurationError } from '../errors.js'
import { requireNative } from '../lib/lazy.js'

/** Loads the library when the first record is made or verified. @internal */
export const jose = () => requireNative('jose') as typeof import('jose')

/** Algorithm of records. */
export const RECORD_ALGORITHM = 'EdDSA'

/** Keys of records: one that signs, and all that verify. */
export interface RecordKeys {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly publicKeys: ReadonlyMap<string, CryptoKey>
}

/** Number of keys that a binding may have: the current one, and the next or the last. */
const AT_ONCE = 2

const kept = new Map<string | undefined, Promise<RecordKeys>>()

/**
 * Returns the keys for records: those of a binding, or in development generated ones.
 *
 * @param name - entry of `cds.requires`; `undefined` for generated keys, which end with the process
 * @throws {@link ConfigurationError}
 * @internal
 */
export function recordKeys(name: string | undefined): Promise<RecordKeys> {
  const found = kept.get(name) ?? (name === undefined ? generated() : bound(name))
  kept.set(name, found)
  return found
}

async function generated(): Promise<RecordKeys> {
  const { privateKey } = await jose().generateKeyPair('Ed25519', { extractable: true })
  return keysOf('generated key', [await jose().exportJWK(privateKey)])
}

function bound(name: string): Promise<RecordKeys> {
  return keysOf(`cds.requires.${name}.credentials.recordKeys`, boundKeys(name, 'recordKeys'))
}

async function keysOf(path: string, keys: readonly JWK[]): Promise<RecordKeys> {
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

/**
 * Returns the private keys in the credentials of a bound service: a JWK, a list of them, a JWK set, or one of these as JSON text, as
 * in a Kubernetes secret. The first one signs.
 *
 * @param name - entry of `cds.requires`
 * @param property - of its credentials
 * @throws {@link ConfigurationError} that names the property, and no value
 * @internal
 */
export function boundKeys(name: string, property: 'recordKeys' | 'assertionKeys'): readonly JWK[] {
  const credentials = cap.env.requires[name]?.credentials as Record<string, unknown> | undefined
  const path = `cds.requires.${name}.credentials.${property}`
  const value = parsed(path, credentials?.[property])
  const list = Array.isArray(value) ? value : ((value as { keys?: unknown }).keys ?? [value])
  if (!Array.isArray(list) || !list.length || !list.every(isKey)) {
    throw new ConfigurationError(`${path}: expected a private key (JWK), or two of them`)
  }
  if (list.length > AT_ONCE) {
    throw new ConfigurationError(`${path} has ${String(list.length)} keys: at most two at a time`)
  }
  return list
}

function parsed(path: string, value: unknown): object {
  try {
    const found: unknown = typeof value === 'string' ? JSON.parse(value) : value
    if (typeof found === 'object' && found) return found
  } catch {
    // the message has no value: it would be a secret
  }
  throw new ConfigurationError(
    `${path} is missing or no JSON: bind the service that has the keys (docs/delegation.md)`
  )
}

function isKey(value: unknown): value is JWK {
  return typeof value === 'object' && value !== null && typeof (value as JWK).kty === 'string'
}

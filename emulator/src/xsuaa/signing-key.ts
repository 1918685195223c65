import {
  createPublicKey,
  generateKeyPair,
  randomInt,
  randomUUID,
  type KeyObject
} from 'node:crypto'
import { promisify } from 'node:util'
import { jose } from '../lib/jose.js'

/** The key that signs every token of one emulator. */
export interface SigningKey {
  /** The key id as XSUAA names its keys. */
  kid: string
  /** The key id as Identity Authentication names its keys. */
  guid: string
  privateKey: KeyObject
  publicKey: KeyObject
  /** Public key, PEM. */
  pem: string
  /** Entry of `/token_keys`, in XSUAA's shape. */
  jwk: Record<string, string>
}

/** Creates a new RSA key. */
export async function createSigningKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const publicKey = createPublicKey(privateKey)
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' })).trim()
  const kid = `default-jwt-key-${randomInt(1_000_000_000)}`
  const { kty = '', e = '', n = '' } = await jose.exportJWK(publicKey)
  const jwk = { kty, e, use: 'sig', kid, alg: 'RS256', value: pem, n }
  return { kid, guid: randomUUID(), privateKey, publicKey, pem, jwk }
}

import type { KeySet } from './key-set.js'
import type { VerificationKey } from './usable-key.js'

/** Finds the key of a token, in the form that `@sap/xssec` verifies with. */
export type KeyPicker = (keys: KeySet, token: { header: unknown }) => Promise<{ get(): unknown }>

/** A key set of `@sap/xssec`. */
interface Jwks {
  get(kid: string): unknown
}

/**
 * Keeps the library's key object for each of our keys, as long as the key itself is kept.
 *
 * @param toJwks - makes a key set of the library with one key
 * @internal
 */
export function keyPicker(toJwks: (jwk: object) => Promise<Jwks>): KeyPicker {
  const known = new WeakMap<VerificationKey, Promise<Jwks>>()
  return async (keys, token) => {
    const key = await keyOf(keys, token.header)
    const { kid } = key
    let jwks = known.get(key)
    if (!jwks) known.set(key, (jwks = toJwks(key.jwk)))
    const jwk = (await jwks).get(kid)
    return { get: () => jwk }
  }
}

/** The key that a token header names, by our own key set. @internal */
export function keyOf(keys: KeySet, header: unknown): Promise<VerificationKey> {
  const { kid, alg } = header as { kid: string; alg: string }
  return keys.key(kid, alg)
}

import type { KeySet } from './key-set.js'
import type { VerificationKey } from './usable-key.js'

/** A key of `@sap/xssec`, which verifies with it. */
export interface SignatureKey {
  /** @throws `InvalidTokenSignatureError` */
  validateSignature(token: object): void
}

/** A key set of `@sap/xssec`. */
interface Jwks {
  get(kid: string): SignatureKey
}

/**
 * The library's key object for each of our keys, for as long as the key itself is kept.
 *
 * @internal
 */
export class SignatureKeys {
  readonly #toJwks: (jwk: object) => Promise<Jwks>
  readonly #known = new WeakMap<VerificationKey, SignatureKey>()

  /** @param toJwks - makes a key set of the library with one key */
  constructor(toJwks: (jwk: object) => Promise<unknown>) {
    this.#toJwks = toJwks as (jwk: object) => Promise<Jwks>
  }

  find(key: VerificationKey): SignatureKey | undefined {
    return this.#known.get(key)
  }

  async of(key: VerificationKey): Promise<SignatureKey> {
    const signatureKey = this.find(key) ?? (await this.#toJwks(key.jwk)).get(key.kid)
    this.#known.set(key, signatureKey)
    return signatureKey
  }

  /** True if the token is signed with the key. */
  async isSigned(token: object, key: VerificationKey): Promise<boolean> {
    const signatureKey = await this.of(key)
    try {
      validateSignature(signatureKey, token)
      return true
    } catch {
      return false
    }
  }
}

/** The key that a token header names, by our own key set. @internal */
export function keyOf(keys: KeySet, header: unknown): Promise<VerificationKey> {
  const { kid, alg } = header as { kid: string; alg: string }
  return keys.key(kid, alg)
}

/**
 * Verifies with a key of the library, at half the price: Node tells what kind of key it got by exceptions that it catches
 * itself (two a signature), and most of their cost is the stack that nobody reads. Nothing else runs meanwhile.
 *
 * @throws `InvalidTokenSignatureError`, without a stack
 * @see https://v8.dev/docs/stack-trace-api
 * @internal
 */
export function validateSignature(key: SignatureKey, token: object): void {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    key.validateSignature(token)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

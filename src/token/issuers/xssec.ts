import { IdentityServiceToken, XsuaaToken, errors } from '@sap/xssec'

import { PrincipalError, TokenError } from '../../errors.js'
import { type DecodedToken, decode } from '../decode.js'
import type { KeySet } from '../keys/key-set.js'
import { NEW_TOKEN, REACH_ISSUER } from '../token-facts.js'
import type { VerificationKey } from '../keys/usable-key.js'

/** Placeholder for contents that are decoded when they are read. */
const NOT_YET = { header: {}, payload: {} } as never

/**
 * A verified XSUAA token for `authInfo`, taken apart when somebody looks inside: most requests need no more of it than the
 * string. What is inside belongs to one request, so whatever code does to it stays there.
 *
 * @internal
 */
export class LazyXsuaaToken extends XsuaaToken {
  #decoded: DecodedToken | undefined

  constructor(bearerToken: string) {
    super(bearerToken, NOT_YET)
  }

  override get header(): never {
    return (this.#decoded ??= decode(this.jwt)).header as never
  }

  override get payload(): never {
    return (this.#decoded ??= decode(this.jwt)).payload as never
  }
}

/** A verified token of Identity Authentication for `authInfo`, decoded when somebody looks inside. @internal */
export class LazyIdentityServiceToken extends IdentityServiceToken {
  #decoded: DecodedToken | undefined

  constructor(bearerToken: string) {
    super(bearerToken, NOT_YET)
  }

  override get header(): never {
    return (this.#decoded ??= decode(this.jwt)).header as never
  }

  override get payload(): never {
    return (this.#decoded ??= decode(this.jwt)).payload as never
  }
}

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

/** Text for a token whose addressee is another one. @internal */
export const OTHER_APPLICATION =
  'the token was issued for another application: neither "aud" nor scopes name this one'

/**
 * An error of `@sap/xssec` as ours. Theirs carry the token and its claims, so nothing of them goes on but the kind.
 *
 * @internal
 */
export function fromXssec(error: unknown): PrincipalError {
  if (error instanceof PrincipalError) return error
  if (error instanceof errors.ExpiredTokenError) {
    return new TokenError('ERR_TOKEN_EXPIRED', 'the token has expired', { fix: NEW_TOKEN })
  }
  if (error instanceof errors.NotYetValidTokenError) {
    return new TokenError('ERR_TOKEN_NOT_YET_VALID', 'the token is not valid yet ("nbf" claim)', {
      fix: 'Check the clocks of this machine and of the issuer.'
    })
  }
  if (error instanceof errors.WrongAudienceError) {
    return new TokenError('ERR_TOKEN_AUDIENCE', OTHER_APPLICATION, {
      fix: "Get the token with the client of this application's binding."
    })
  }
  if (error instanceof errors.UntrustedIssuerError || error instanceof errors.MissingIssuerError) {
    return new TokenError('ERR_TOKEN_ISSUER', "the token's issuer is not the one of the binding", {
      fix: 'Get the token from the "url" of the binding.'
    })
  }
  if (error instanceof errors.X5tError || error instanceof errors.MissingClientCertificateError) {
    const text = 'the token is bound to a client certificate, and the request came without it'
    return new TokenError('ERR_TOKEN_BINDING', text, {
      fix: 'Let the approuter forward certificates ("forwardAuthCertificates": true), or use the route without ".cert.".'
    })
  }
  if (error instanceof errors.ValidationError) {
    return new TokenError('ERR_TOKEN_SIGNATURE', "the token's signature is wrong", {
      fix: NEW_TOKEN
    })
  }
  return new TokenError(
    'ERR_ISSUER_UNAVAILABLE',
    `the issuer's keys can't be had (${reason(error)})`,
    { fix: REACH_ISSUER }
  )
}

/** A short word for the log: no URL, no body. */
function reason(error: unknown): string {
  if (error instanceof errors.TimeoutError) return 'timeout'
  if (error instanceof errors.ResponseError) return `status ${String(error.responseCode)}`
  return error instanceof errors.NetworkError ? 'network error' : 'unexpected answer'
}

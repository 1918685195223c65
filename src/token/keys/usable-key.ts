import { type JsonWebKey, type KeyObject, createPublicKey } from 'node:crypto'

/** A public key of an issuer that may verify signatures. */
export interface VerificationKey {
  readonly kid: string
  /** Algorithm that the issuer declares (RFC 7517, section 4.4). */
  readonly alg: string | undefined
  /** Algorithms that the key may verify: `alg`, or else those of one family that the issuer may use. */
  readonly algorithms: readonly string[]
  readonly jwk: Readonly<Record<string, unknown>>
  readonly keyObject: KeyObject
}

type Jwk = Readonly<Record<string, unknown>>

/** Key type (and curve) that an algorithm needs (RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 9864). */
const KEY_TYPES = new Map([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((alg) => [alg, 'RSA'] as const),
  ['ES256', 'EC P-256'],
  ['ES384', 'EC P-384'],
  ['ES512', 'EC P-521'],
  ['EdDSA', 'OKP Ed25519'],
  ['Ed25519', 'OKP Ed25519']
])

/** Signature algorithms that an issuer can have: asymmetric ones only, so neither `none` nor `HS256`. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [...KEY_TYPES.keys()]

const MIN_RSA_BITS = 2048
const MAX_KID = 256

/**
 * Imports one entry of a JWKS.
 *
 * @param algorithms - those that the issuer may use
 * @returns the key; a text that says why it can't be used; nothing if it is a key for something else, such as encryption
 * @see RFC 7517 sections 4 and 5, RFC 7518 section 3.3, RFC 8725 sections 3.1, 3.4 and 3.5
 * @internal
 */
export function importKey(
  entry: unknown,
  algorithms: readonly string[]
): VerificationKey | string | undefined {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return 'no JSON object'
  const jwk = entry as Jwk
  const { kid, alg } = jwk
  if (!isForSignatures(jwk)) return undefined
  if (alg !== undefined && typeof alg !== 'string') return '"alg" is no string'
  if (typeof kid !== 'string' || !kid || kid.length > MAX_KID) return 'no usable "kid"'
  if (Object.hasOwn(jwk, 'd') || Object.hasOwn(jwk, 'k')) return 'a private or symmetric key'
  const own = oneFamily(algorithms.filter((each) => (alg ?? each) === each && fits(jwk, each)))
  if (!own.length) return undefined
  const keyObject = publicKey(jwk)
  if (!keyObject) return 'not a valid key'
  return weakness(keyObject) ?? { kid, alg, algorithms: own, jwk: Object.freeze(jwk), keyObject }
}

function isForSignatures({ use, key_ops: operations }: Jwk): boolean {
  if (use !== undefined && use !== 'sig') return false
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

function fits({ kty, crv }: Jwk, algorithm: string): boolean {
  return KEY_TYPES.get(algorithm) === (kty === 'RSA' ? kty : `${String(kty)} ${String(crv)}`)
}

/** One key, one family of algorithms: an RSA key without `alg` is for RS256 or for PS256, whichever comes first. */
function oneFamily(algorithms: string[]): string[] {
  return algorithms.filter((each) => each.slice(0, 2) === algorithms[0]?.slice(0, 2))
}

/** Node checks encodings, and that a point is on its curve. Members of private keys do not reach it. */
function publicKey({ kty, n, e, crv, x, y }: Jwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: { kty, n, e, crv, x, y } as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

function weakness(key: KeyObject): string | undefined {
  const { modulusLength: bits, publicExponent: exponent } = key.asymmetricKeyDetails ?? {}
  if (bits !== undefined && bits < MIN_RSA_BITS) return `RSA with less than ${MIN_RSA_BITS} bits`
  const { n = '' } = bits === undefined ? {} : key.export({ format: 'jwk' })
  if (n && hasRocaFingerprint(n)) return 'RSA of a generator that gives keys away (ROCA)'
  if (exponent !== undefined && (exponent < 3n || exponent % 2n === 0n)) {
    return 'RSA with an unsafe exponent'
  }
  return undefined
}

/** Primes by which keys of the generator can be told; by chance a good key has the fingerprint in one of 2^27 cases. */
const PRIMES = [
  ...[11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157]
] as const

/** Powers of 65537 for each prime: the remainders of the generator's keys when they are divided by the prime. */
const REMAINDERS = PRIMES.map((prime) => {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65537) % prime) powers.add(power)
  return [BigInt(prime), powers] as const
})

/**
 * True if an RSA key comes from the generator of CVE-2017-15361, whose private keys can be computed from the public ones.
 *
 * @param n - modulus, base64url
 * @see "The Return of Coppersmith's Attack", ACM CCS 2017, section 2.3
 * @internal
 */
export function hasRocaFingerprint(n: string): boolean {
  const modulus = BigInt(`0x${Buffer.from(n, 'base64url').toString('hex') || '0'}`)
  return REMAINDERS.every(([prime, powers]) => powers.has(Number(modulus % prime)))
}

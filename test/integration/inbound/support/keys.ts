import {
  createHmac,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign as signWith
} from 'node:crypto'

/** Turns the signing input of a JWS into a signature. */
export type Signer = (input: string) => Buffer

/** A key pair whose public half may be in a key set. */
export interface Key {
  readonly privateKey: KeyObject
  readonly jwk: JsonWebKey & { kid: string }
  readonly pem: string
}

/** Members that the entry of a key set has besides the key; `undefined` leaves one out. */
type Entry = Record<string, unknown> & { kid: string }

function key(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  entry: Entry
): Key {
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }))
  return { privateKey, pem, jwk: { ...publicKey.export({ format: 'jwk' }), ...entry } }
}

const rsa = (modulusLength = 2048) => generateKeyPairSync('rsa', { modulusLength })
const pair = rsa()

/** One for each purpose; `attacker` is in no key set. Made once for all tests of a file. */
export const keys = {
  good: key(pair, { kid: 'key-1', alg: 'RS256', use: 'sig' }),
  good2: key(rsa(), { kid: 'key-2', use: 'sig' }),
  attacker: key(rsa(), { kid: 'key-1', alg: 'RS256', use: 'sig' })
}

/** Pairs that no key set should hold, for {@link oddKeys}. */
export function makeKey(kind: 'rsa' | 'weak' | 'P-256' | 'Ed25519', entry: Entry): Key {
  if (kind === 'P-256') return key(generateKeyPairSync('ec', { namedCurve: kind }), entry)
  if (kind === 'Ed25519') return key(generateKeyPairSync('ed25519'), entry)
  return kind === 'weak' ? key(rsa(1024), entry) : key(pair, entry)
}

export const rs =
  (bits: 256 | 384 | 512, privateKey = keys.good.privateKey): Signer =>
  (input) =>
    createSign(`RSA-SHA${bits}`).update(input).sign(privateKey)

export const ps256: Signer = (input) =>
  createSign('RSA-SHA256')
    .update(input)
    .sign({ key: keys.good.privateKey, padding: 6, saltLength: 32 })

export const es256 =
  (privateKey: KeyObject): Signer =>
  (input) =>
    createSign('SHA256').update(input).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' })

export const eddsa =
  (privateKey: KeyObject): Signer =>
  (input) =>
    signWith(null, Buffer.from(input), privateKey)

export const hs =
  (secret: string | Buffer, bits: 256 | 384 | 512 = 256): Signer =>
  (input) =>
    createHmac(`sha${bits}`, secret).update(input).digest()

/** Any bytes, whatever the input. */
export const bytes =
  (content: string | Buffer): Signer =>
  () =>
    Buffer.from(content)

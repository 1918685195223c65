import {
  constants,
  createPrivateKey,
  generateKeyPairSync,
  type JsonWebKey,
  sign,
  type SignKeyObjectInput
} from 'node:crypto'

/** A signing key with a name. */
export function signingKey(kid: string): JsonWebKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' }
}

/** How an algorithm is signed, where it is not RS256 (RFC 7518, section 3.1). */
const SIGNING: Record<string, Omit<SignKeyObjectInput, 'key'>> = {
  PS256: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  ES256: { dsaEncoding: 'ieee-p1363' }
}

/** A token of the given content, signed as its header says; with RS256 if that is nothing real. */
export function forge(key: JsonWebKey, header: object, payload: object): string {
  const content: { alg: string } = { alg: 'RS256', typ: 'at+jwt', ...header } as never
  const input = [content, payload].map(segment).join('.')
  const privateKey = createPrivateKey({ key, format: 'jwk' })
  const digest = content.alg === 'EdDSA' ? null : 'sha256'
  const options = { key: privateKey, ...SIGNING[content.alg] }
  return `${input}.${sign(digest, Buffer.from(input), options).toString('base64url')}`
}

function segment(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

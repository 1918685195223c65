import { generateKeyPairSync, type JsonWebKey, type KeyPairKeyObjectResult } from 'node:crypto'

import {
  importKey,
  SIGNATURE_ALGORITHMS,
  type VerificationKey
} from '../../../../src/token/keys/usable-key.js'

const publicJwk = ({ publicKey }: KeyPairKeyObjectResult) => publicKey.export({ format: 'jwk' })
const rsa = (modulusLength: number, publicExponent = 0x10001) =>
  publicJwk(generateKeyPairSync('rsa', { modulusLength, publicExponent }))
const ec = (namedCurve: string) => publicJwk(generateKeyPairSync('ec', { namedCurve }))

const RSA: JsonWebKey = { ...rsa(2048), kid: 'k' }
const P256: JsonWebKey = { ...ec('P-256'), kid: 'k' }
const ED25519: JsonWebKey = { ...publicJwk(generateKeyPairSync('ed25519')), kid: 'k' }
const ALL = SIGNATURE_ALGORITHMS

const algorithmsOf = (jwk: unknown, algorithms = ALL) => {
  const key = importKey(jwk, algorithms)
  return typeof key === 'object' ? key.algorithms : key
}

test('no symmetric algorithm can be asked for, and no "none"', () => {
  for (const alg of ALL) expect(alg).toMatch(/^(RS|PS|ES)(256|384|512)$|^Ed/)
})

describe('algorithm, key type, curve and declared "alg" agree', () => {
  test.each([
    [{ ...RSA, alg: 'RS256' }, ['RS256']],
    [{ ...RSA, alg: 'PS384' }, ['PS384']],
    [{ ...P256, alg: 'ES256' }, ['ES256']],
    [P256, ['ES256']],
    [{ ...ec('P-384'), kid: 'k' }, ['ES384']],
    [{ ...ec('P-521'), kid: 'k' }, ['ES512']],
    [ED25519, ['EdDSA', 'Ed25519']],
    [{ ...RSA, alg: 'ES256' }, undefined],
    [{ ...RSA, alg: 'RSA-OAEP' }, undefined],
    [{ ...RSA, alg: 'none' }, undefined],
    [{ ...P256, alg: 'RS256' }, undefined],
    [{ ...P256, alg: 'ES384' }, undefined],
    [{ ...ec('secp256k1'), kid: 'k' }, undefined]
  ])('%#: %j', (jwk, expected) => {
    expect(algorithmsOf(jwk)).toEqual(expected)
  })

  test('a key without "alg" is for one family: the first that the issuer may use', () => {
    expect(algorithmsOf(RSA, ['RS256', 'PS256', 'RS512'])).toEqual(['RS256', 'RS512'])
    expect(algorithmsOf(RSA, ['PS256', 'RS256'])).toEqual(['PS256'])
  })
})

describe('keys for something else are passed over', () => {
  test.each([
    { use: 'enc' },
    { use: '' },
    { use: ['sig'] },
    { key_ops: [] },
    { key_ops: ['sign'] }
  ])('%j', (purpose) => {
    expect(importKey({ ...RSA, ...purpose }, ALL)).toBeUndefined()
  })

  test.each([{ use: 'sig' }, { key_ops: ['verify'] }, { key_ops: ['sign', 'verify'] }])(
    '%j is for signatures',
    (purpose) => {
      expect(importKey({ ...RSA, ...purpose }, ALL)).toMatchObject({ kid: 'k' })
    }
  )
})

describe('weak and broken keys', () => {
  const exponent = (...bytes: number[]) => Buffer.from(bytes).toString('base64url')
  test.each([
    ['RSA with 1024 bits', { ...rsa(1024), kid: 'k' }, 'RSA with less than 2048 bits'],
    ['exponent 1', { ...RSA, e: exponent(1) }, 'RSA with an unsafe exponent'],
    ['exponent 2', { ...RSA, e: exponent(2) }, 'RSA with an unsafe exponent'],
    ['exponent 65536', { ...RSA, e: exponent(1, 0, 0) }, 'RSA with an unsafe exponent'],
    ['no modulus', { kid: 'k', kty: 'RSA', e: 'AQAB' }, 'not a valid key'],
    ['a modulus that is no text', { ...RSA, n: 5 }, 'not a valid key'],
    ['a point off the curve', { ...P256, x: P256.y }, 'not a valid key'],
    ['a short point', { ...P256, x: 'AA' }, 'not a valid key'],
    ['Ed25519 too short', { ...ED25519, x: 'AA' }, 'not a valid key'],
    ['a private key', { ...RSA, d: 'AQAB' }, 'a private or symmetric key'],
    ['a symmetric key', { kid: 'k', kty: 'oct', k: 'c2VjcmV0' }, 'a private or symmetric key']
  ])('%s', (_, jwk, why) => {
    const key = importKey(jwk, ALL)
    expect(typeof key).toBe('string')
    expect(key).toMatch(why)
  })

  test('exponent 3 is small, and allowed', () => {
    expect(importKey({ ...rsa(2048, 3), kid: 'k' }, ALL)).toMatchObject({ kid: 'k' })
  })
})

test('what was imported is the entry as it came, and nobody can change it', () => {
  const entry = { ...RSA, alg: 'RS256', x5t: 'thumbprint' }
  const key = importKey(entry, ALL)
  expect(key).toMatchObject({ kid: 'k', alg: 'RS256', jwk: entry })
  expect(Object.isFrozen((key as VerificationKey).jwk)).toBe(true)
})

describe('entries that are no keys', () => {
  test.each([null, 1, 'x', [], [RSA]])('%j', (entry) => {
    expect(importKey(entry, ALL)).toBe('no JSON object')
  })

  test.each([undefined, null, '', 1, ['k'], {}, 'k'.repeat(257)])('"kid" %j', (kid) => {
    expect(importKey({ ...RSA, kid }, ALL)).toBe('no usable "kid"')
  })

  test.each([5, null, ['RS256']])('"alg" %j', (alg) => {
    expect(importKey({ ...RSA, alg }, ALL)).toBe('"alg" is no string')
  })

  test('a "kid" has 256 characters at most', () => {
    const kid = 'k'.repeat(256)
    expect(importKey({ ...RSA, kid }, ALL)).toMatchObject({ kid })
  })

  test.each([{}, { kty: 'AKP' }, { kty: 1 }, { kty: 'EC', crv: {} }])('%j', (jwk) => {
    expect(importKey({ kid: 'k', ...jwk }, ALL)).toBeUndefined()
  })
})

import { SignatureKeys } from '../../../../src/token/issuers/xssec.js'
import { importKey, type VerificationKey } from '../../../../src/token/keys/usable-key.js'
import { keys } from '../../../integration/inbound/support/keys.js'

const imported = () => importKey({ ...keys.good.jwk }, ['RS256']) as VerificationKey

/** A library that makes key objects, for which one token is good. */
function setUp() {
  const made: unknown[] = []
  const validateSignature = (token: object) => {
    if (!('good' in token)) throw new Error('bad signature')
  }
  const signatureKeys = new SignatureKeys((jwk) => {
    made.push(jwk)
    return Promise.resolve({ get: (kid: string) => ({ kid, validateSignature }) })
  })
  return { made, signatureKeys }
}

test('the key object of the library is made once for each key', async () => {
  const { made, signatureKeys } = setUp()
  const key = imported()
  expect(signatureKeys.find(key)).toBeUndefined()
  const first = await signatureKeys.of(key)
  expect(first).toMatchObject({ kid: keys.good.jwk.kid })
  expect(await signatureKeys.of(key)).toBe(first)
  expect(signatureKeys.find(key)).toBe(first)
  expect(made).toEqual([key.jwk])
  expect(await signatureKeys.of(imported())).not.toBe(first)
})

test.each([
  [{ good: true }, true],
  [{ forged: true }, false]
])('%j is signed with the key: %s', async (token, expected) => {
  const { signatureKeys } = setUp()
  expect(await signatureKeys.isSigned(token, imported())).toBe(expected)
})

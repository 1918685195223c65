import { generateKeyPairSync } from 'node:crypto'

import { KeySet } from '../../../../src/token/keys/key-set.js'
import { hasRocaFingerprint } from '../../../../src/token/keys/usable-key.js'
import { importKey } from '../../../../src/token/keys/usable-key.js'
import { muteConsole } from '../../../support/console.js'

muteConsole('warn')

/** A modulus as the generator makes them: powers of 65537 modulo a product of the first primes, and something on top. */
function weakModulus(): string {
  const primes = [...Array(168).keys()].filter(
    (n) => n > 1 && ![...Array(n).keys()].some((d) => d > 1 && n % d === 0)
  )
  const product = primes.reduce((all, prime) => all * BigInt(prime), 1n)
  let power = 1n
  for (let i = 0; i < 12345; i++) power = (power * 65537n) % product
  const modulus = ((1n << 2047n) / product) * product + product + power
  return Buffer.from(modulus.toString(16).padStart(512, '0'), 'hex').toString('base64url')
}

const jwk = (changes: object) => ({ kty: 'RSA', e: 'AQAB', kid: 'k', alg: 'RS256', ...changes })
const good = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })

test('a key of that generator is of no use, and another one is', () => {
  expect(hasRocaFingerprint(weakModulus())).toBe(true)
  expect(importKey(jwk({ n: weakModulus() }), ['RS256'])).toMatch(/ROCA/)
  expect(hasRocaFingerprint(String(good.n))).toBe(false)
  expect(importKey(jwk({ n: good.n }), ['RS256'])).toMatchObject({ kid: 'k' })
})

describe('a key set with unusable keys only has no key for any token, and is no outage', () => {
  const UNUSABLE = {
    'of that generator': jwk({ n: weakModulus() }),
    'too short': jwk({ n: String(good.n).slice(0, 170) }),
    'without a name': { ...jwk({ n: good.n }), kid: undefined },
    'for encryption': jwk({ n: good.n, use: 'enc' }),
    symmetric: { kty: 'oct', k: 'AAAA', kid: 'k', alg: 'RS256' },
    'no object': 'key'
  }
  test.each(Object.entries(UNUSABLE))('%s', async (_, entry) => {
    const load = jest.fn(() => Promise.resolve({ keys: [entry] }))
    const keys = new KeySet({ alias: 'x', algorithms: ['RS256'], load })
    for (let i = 0; i < 3; i++) {
      await expect(keys.key('k', 'RS256')).rejects.toMatchObject({
        code: 'ERR_TOKEN_SIGNATURE',
        status: 401
      })
    }
    expect(load).toHaveBeenCalledTimes(1)
  })

  test.each([{ keys: [] }, {}, null, [], { keys: {} }])('%j is one', async (document) => {
    const keys = new KeySet({
      alias: 'x',
      algorithms: ['RS256'],
      load: () => Promise.resolve(document)
    })
    await expect(keys.key('k', 'RS256')).rejects.toMatchObject({ status: 503 })
  })
})

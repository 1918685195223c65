import cds from '@sap/cds'
import type { JWK } from 'jose'

import { recordKeys } from '../../../../src/delegation/keys/keys.js'
import { requireNative } from '../../../../src/lib/lazy.js'

const { exportJWK, generateKeyPair } = requireNative('jose') as typeof import('jose')

let count = 0
const requires = cds.env.requires as Record<string, unknown>

/** Binds keys under a name of their own, as the keys of a name are read once. */
function bind(recordKeys: unknown): string {
  const name = `keys-${String(++count)}`
  requires[name] = { credentials: { recordKeys } }
  return name
}

async function newKey(kid?: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  return { ...(await exportJWK(privateKey)), ...(kid && { kid }) }
}

test('the first key signs, and both verify', async () => {
  const keys = await recordKeys(bind([await newKey('new'), await newKey('old')]))
  expect(keys.kid).toBe('new')
  expect([...keys.publicKeys.keys()]).toEqual(['new', 'old'])
})

test.each<[string, (key: JWK) => unknown]>([
  ['a key', (key) => key],
  ['a JWK set', (key) => ({ keys: [key] })],
  ['JSON text, as in a secret', (key) => JSON.stringify([key])]
])('%s does, and gets its thumbprint as its id', async (_, shape) => {
  const { kid } = await recordKeys(bind(shape(await newKey())))
  expect(kid).toMatch(/^[\w-]{43}$/)
})

test.each<[string, () => Promise<unknown>]>([
  ['nothing', () => Promise.resolve(undefined)],
  ['text', () => Promise.resolve('secret-text')],
  ['an empty list', () => Promise.resolve([])],
  ['three keys', () => Promise.all(['a', 'b', 'c'].map(newKey))],
  ['two keys with one id', () => Promise.all(['a', 'a'].map(newKey))],
  ['a public key', async () => ({ ...(await newKey()), d: undefined })],
  ['a key of another kind', () => Promise.resolve({ kty: 'oct', k: 'c2VjcmV0LXRleHQ' })]
])('%s is refused, without the value in the message', async (_, make) => {
  const value = await make()
  const keys = (async () => recordKeys(bind(value)))()
  await expect(keys).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
  const { message } = (await keys.catch((error: unknown) => error)) as Error
  expect(message).toMatch(/^cds\.requires\.keys-\d+\.credentials\.recordKeys/)
  expect(message).not.toMatch(/secret-text|c2VjcmV0/)
})

test('generated keys stay the same in a process', async () => {
  const [one, two] = [await recordKeys(undefined), await recordKeys(undefined)]
  expect(one.kid).toBe(two.kid)
})

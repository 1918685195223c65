import { type NamedUser, TokenPrincipal } from '../../../src/user/principal.js'
import { keyOfToken, keyOfUser } from '../../../src/user/user-key.js'

const alice: Omit<NamedUser, 'kind'> = {
  userId: 'alice',
  tenant: 't1',
  issuer: 'xsuaa',
  origin: 'sap.default',
  subject: '4711',
  expiresAt: 1,
  bearerToken: 'token-1'
}
const user = (changes: object = {}) => new TokenPrincipal({ ...alice, ...changes })
const text = (key: readonly unknown[]) => JSON.stringify(key)

const OTHERS = [
  ...['bob', 'Alice', 'alice '].map((userId) => ({ userId })),
  ...['t2', undefined, ''].map((tenant) => ({ tenant })),
  ...['ias', 'partner'].map((issuer) => ({ issuer })),
  ...['other-idp', undefined, ''].map((origin) => ({ origin })),
  ...['4712', undefined, ''].map((subject) => ({ subject })),
  { origin: undefined, subject: undefined },
  { origin: 'sap.default","4711', subject: '' },
  { origin: '4711', subject: 'sap.default' }
]

test.each(OTHERS)('somebody else, or maybe: %j', (changes) => {
  expect(text(keyOfUser(user(changes)))).not.toBe(text(keyOfUser(user())))
  expect(text(keyOfToken(user(changes)))).not.toBe(text(keyOfToken(user())))
})

test('all of them differ from each other', () => {
  const keys = [{}, ...OTHERS].map((changes) => text(keyOfUser(user(changes))))
  // JSON knows no `undefined` in a list, and `null` is no string
  expect(new Set(keys).size).toBe(keys.length)
})

test('the next token is of the same user, and another token', () => {
  const next = user({ bearerToken: 'token-2', expiresAt: 2 })
  expect(keyOfUser(next)).toEqual(keyOfUser(user()))
  expect(keyOfToken(next)).not.toEqual(keyOfToken(user()))
})

test('no key holds a token', () => {
  expect(text(keyOfToken(user()))).not.toContain('token-1')
})

import { credentialStoreOf } from '../../src/delegation/project-delegation.js'

const S4 = { delegation: { credentials: 'keys' } }

test.each<[string, object, unknown]>([
  ['the kind of the entry with the keys', { S4, keys: { kind: 'credstore' } }, true],
  ['its label', { S4, keys: { vcap: { label: 'credstore' } } }, true],
  ['another entry', { S4, keys: {}, other: { kind: 'credstore' } }, undefined],
  ['a delegation without an entry', { S4: { delegation: true } }, undefined],
  ['no delegation', { keys: { kind: 'credstore' } }, undefined]
])('%s decides', (_, requires, credentialStore) => {
  expect(credentialStoreOf({ ...requires }, undefined).credentialStore).toBe(credentialStore)
})

test.each([false, { authentication: 'basic' as const }])('the option %j stays', (own) => {
  const requires = { S4, keys: { kind: 'credstore' } }
  expect(credentialStoreOf(requires, own)).toEqual({ credentialStore: own })
})

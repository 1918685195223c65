import { credentialStoreOf } from '../../src/delegation/project-delegation.js'

const PLACE = { namespace: 'mine', name: 'keys' }
const S4 = { delegation: { credentials: 'keys' } }

test.each<[string, object, unknown]>([
  ['the kind of the entry with the keys', { S4, keys: { kind: 'credstore' } }, {}],
  ['its label', { S4, keys: { vcap: { label: 'credstore' } } }, {}],
  [
    'its options, with their place',
    { S4, keys: { credentialStore: { ...PLACE, refresh: '1m' } } },
    PLACE
  ],
  [
    'the entry that counts without a name',
    { S4: { delegation: true }, 'delegation-keys': { kind: 'credstore' } },
    {}
  ],
  ['another entry', { S4, keys: {}, other: { kind: 'credstore' } }, undefined],
  ['a delegation without an entry', { S4: { delegation: true } }, undefined],
  ['no delegation', { keys: { kind: 'credstore' } }, undefined]
])('%s decides', (_, requires, credentialStore) => {
  expect(credentialStoreOf({ ...requires }, undefined).credentialStore).toEqual(credentialStore)
})

test.each([false, { authentication: 'basic' as const }])('the option %j stays', (own) => {
  const requires = { S4, keys: { kind: 'credstore' } }
  expect(credentialStoreOf(requires, own)).toEqual({ credentialStore: own })
})

test('options of the emulator are added, and count more than the entry', () => {
  const requires = { S4, keys: { credentialStore: PLACE } }
  const own = { authentication: 'basic' as const, name: 'other' }
  const credentialStore = { ...PLACE, ...own }
  expect(credentialStoreOf(requires, own)).toEqual({ credentialStore })
  expect(credentialStoreOf(requires, true)).toEqual({ credentialStore: PLACE })
  expect(credentialStoreOf({}, own)).toEqual({ credentialStore: own })
})

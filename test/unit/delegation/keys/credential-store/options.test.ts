import {
  isCredentialStore,
  storeOptions
} from '../../../../../src/delegation/keys/credential-store/options.js'
import { ConfigurationError } from '../../../../../src/errors.js'

const read = (entry: object) => storeOptions('cds.requires.keys', entry)

test('defaults', () => {
  expect(read({ kind: 'credstore' })).toEqual({
    namespace: 'cds-principal',
    name: 'delegation-keys',
    refresh: 300
  })
})

test('options are read', () => {
  const credentialStore = { namespace: 'a.b:c!~', name: 'mine', refresh: '30s' }
  expect(read({ credentialStore })).toEqual({ ...credentialStore, refresh: 30 })
})

test.each<[object, RegExp]>([
  [{ credentialstore: {} }, /keys\.credentialstore is not known: did you mean "credentialStore"/],
  [{ credentialStore: true }, /keys\.credentialStore is a boolean: use an object/],
  [{ credentialStore: { namspace: 'x' } }, /credentialStore\.namspace .*mean "namespace"/],
  [{ credentialStore: { other: 'x' } }, /credentialStore\.other is not known: use namespace, name/],
  [
    { credentialStore: { namespace: 'a b' } },
    /credentialStore\.namespace is another text: use up to 100/
  ],
  [{ credentialStore: { name: '' } }, /credentialStore\.name is an empty text/],
  [{ credentialStore: { refresh: 60 } }, /credentialStore\.refresh is a number: use a time/],
  [{ credentialStore: { refresh: '2d' } }, /refresh is another text: .* at most 1 day$/]
])('%j stops the start', (entry, message) => {
  expect(() => read(entry)).toThrow(message)
  expect(() => read(entry)).toThrow(ConfigurationError)
})

test.each<unknown>([
  { d: 'WlKqC3m4' },
  'WlKqC3m4',
  { namespace: 'WlKqC3m4 ' },
  { name: ['WlKqC3m4'] }
])('a key in the wrong place is not in the message: %j', (credentialStore) => {
  const refused = () => read({ credentialStore })
  expect(refused).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('WlKqC3m4') })
  )
})

test.each<[boolean, string, object | undefined]>([
  [true, 'its kind', { kind: 'credstore' }],
  [true, 'its label', { vcap: { label: 'credstore' } }],
  [true, 'its options', { credentialStore: {} }],
  [true, 'its binding, found by name', { credentials: { url: 'https://x', encryption: {} } }],
  [false, 'keys', { credentials: { url: 'https://x', encryption: {}, recordKeys: [] } }],
  [false, 'another service', { credentials: { url: 'https://x' } }],
  [false, 'nothing', undefined]
])('%s: an entry with %s', (expected, _, entry) => {
  expect(isCredentialStore(entry)).toBe(expected)
})

import { delegatedService } from '../../../src/delegation/options.js'
import { ConfigurationError } from '../../../src/errors.js'
import { wayOptions } from '../../../src/delegation/tokens/options.js'

const KEY = 'WlKqC3m4rS0Vb1e5Y8'
const named = { onBehalfOf: 'namedUser' }

afterEach(() => {
  delete process.env.CDS_ENV
})

test('true stands for all defaults', () => {
  expect(delegatedService('S4', { ...named, delegation: true })).toEqual({
    name: 'S4',
    validFor: 86_400,
    credentials: undefined,
    repeatable: undefined,
    idempotent: false,
    retention: 30 * 86_400,
    options: {}
  })
})

test('options are read', () => {
  const delegation = { validFor: '90m', credentials: 'keys', repeatable: 'oasis', idempotent: true }
  expect(delegatedService('S4', { ...named, delegation })).toMatchObject({
    validFor: 5400,
    credentials: 'keys',
    repeatable: 'oasis',
    idempotent: true
  })
})

test.each([undefined, null, false])('%s is no delegation', (delegation) => {
  expect(delegatedService('S4', { ...named, delegation })).toBeUndefined()
})

test.each<[delegation: unknown, message: RegExp]>([
  ['24h', /cds\.requires\.S4\.delegation is another text: use true, or an object/],
  [[], /delegation is an empty list: use true/],
  [{ validfor: '1h' }, /delegation\.validfor is not known: did you mean "validFor"\?/],
  [{ anything: 1 }, /delegation\.anything is not known: use validFor, /],
  [{ validFor: 3600 }, /validFor is a number: use a time such as "30m"/],
  [{ validFor: '0h' }, /validFor is another text/],
  [{ validFor: '31d' }, /validFor is another text: .* at most 30 days/],
  [{ credentials: 1 }, /credentials: use the name of an entry of cds\.requires/],
  [{ credentials: '' }, /credentials: use the name/],
  [{ repeatable: 'gateway' }, /repeatable is another text: use "oasis" or "sap-gateway"/],
  [{ idempotent: 'yes' }, /idempotent is another text: use true/]
])('%j stops the start', (delegation, message) => {
  expect(() => delegatedService('S4', { ...named, delegation })).toThrow(message)
  expect(() => delegatedService('S4', { ...named, delegation })).toThrow(ConfigurationError)
})

test.each<unknown>([
  KEY,
  [KEY],
  ...['validFor', 'retention', 'repeatable', 'idempotent', 'credentials', 'saml'].map((option) => ({
    [option]: option === 'credentials' ? { d: KEY } : KEY
  }))
])('a key in the wrong place is not in the message: %j', (delegation) => {
  const refused = () => {
    const service = delegatedService('S4', { ...named, delegation })
    wayOptions(service!, 'saml')
  }
  expect(refused).toThrow(expect.not.objectContaining({ message: expect.stringContaining(KEY) }))
  expect(refused).toThrow(ConfigurationError)
})

test.each(['currentUser', 'systemUser', undefined])('onBehalfOf %s has no author', (onBehalfOf) => {
  const read = () => delegatedService('S4', { onBehalfOf, delegation: true })
  expect(read).toThrow(/only calls on behalf of a "namedUser" have an author/)
})

test('production needs keys of a binding', () => {
  process.env.CDS_ENV = 'production'
  const read = (delegation: unknown) => delegatedService('S4', { ...named, delegation })
  expect(() => read(true)).toThrow(/S4\.delegation has no "credentials"/)
  expect(read({ credentials: 'keys' })).toMatchObject({ credentials: 'keys' })
})

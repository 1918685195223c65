import { ConfigurationError } from '../../src/errors.js'
import { credentialsOf, onBehalfOf } from '../../src/options.js'

test('without a binding the start stops, and says what to do', () => {
  expect(() => credentialsOf({ kind: 'principal' })).toThrow(ConfigurationError)
  expect(() => credentialsOf({ kind: 'principal' })).toThrow(/cds bind/)
})

test.each([undefined, null])('onBehalfOf %j leaves it to the destination', (value) => {
  expect(onBehalfOf('S4', { onBehalfOf: value })).toBeUndefined()
})

test.each(['nameduser', 'someUser', '', 1, {}, ['namedUser'], true])(
  'onBehalfOf %j names the option and the known values',
  (value) => {
    expect(() => onBehalfOf('S4', { onBehalfOf: value })).toThrow(ConfigurationError)
    expect(() => onBehalfOf('S4', { onBehalfOf: value })).toThrow(
      /cds\.requires\.S4\.onBehalfOf.*namedUser/
    )
  }
)

test('namedUser needs a way to send the user', () => {
  const url = 'https://example.com'
  const attempt = () => onBehalfOf('S4', { onBehalfOf: 'namedUser', credentials: { url } })
  expect(attempt).toThrow(/forwardAuthToken/)
  const forwarded = { url, forwardAuthToken: true }
  expect(onBehalfOf('S4', { onBehalfOf: 'namedUser', credentials: forwarded })).toBe('namedUser')
})

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { PropagationError } from '../../../../../src/errors.js'
import {
  CREDENTIALS,
  identityHeaders,
  lowerCase,
  propertiesOf,
  withIdentity
} from '../../../../../src/remote/http/message/identity-headers.js'
import { onPremise } from '../../support/backend.js'

const destination = (changes: Partial<HttpDestination> = {}): HttpDestination => ({
  name: 'D',
  url: 'https://host.example',
  ...changes
})

test('the headers that say as whom a call is made', () => {
  expect(CREDENTIALS).toEqual([
    'authorization',
    'proxy-authorization',
    'sap-connectivity-authentication',
    'sap-connectivity-technical-authentication'
  ])
})

describe('what a destination adds to every call', () => {
  test('its credentials, its own headers and those among its properties, in lower case', async () => {
    const basic = destination({
      authentication: 'BasicAuthentication',
      ...{ username: 'u', password: 'p', sapClient: '100' },
      originalProperties: { 'URL.headers.X-Own': 'own', 'URL.queries.q': 'no header', Name: 'D' }
    })
    expect(await identityHeaders(basic)).toEqual({
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
      'sap-client': '100',
      'x-own': 'own'
    })
  })

  test('the tokens for the Connectivity proxy and the Cloud Connector', async () => {
    const headers = await identityHeaders(onPremise({ port: 1 } as never, 'token-of-alice'))
    expect(headers).toEqual({
      'proxy-authorization': 'Bearer proxy-token',
      'sap-connectivity-authentication': 'Bearer token-of-alice'
    })
  })

  test('is kept for a destination that can not change, and for no other', async () => {
    const frozen = Object.freeze(destination({ sapClient: '1' }))
    const first = await identityHeaders(frozen)
    expect(await identityHeaders(frozen)).toBe(first)

    const changing: { sapClient?: unknown } = destination({ sapClient: '1' })
    await identityHeaders(changing as HttpDestination)
    changing.sapClient = '2'
    expect(await identityHeaders(changing as HttpDestination)).toEqual({ 'sap-client': '2' })
  })
})

test.each([
  'OAuth2JWTBearer',
  'PrincipalPropagation',
  'BasicAuthentication',
  'OAuth2TokenExchange'
])(
  'a destination of the environment without credentials for %s: an error with a code',
  async (authentication) => {
    const incomplete = destination({ authentication: authentication as 'OAuth2JWTBearer' })
    await expect(identityHeaders(incomplete)).rejects.toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining(`"D" has Authentication "${authentication}", and no`),
      cause: { messages: [expect.any(String)] }
    })
  }
)

test('an error of this package stays as it is', async () => {
  const refused = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'resolved for another user')
  const guarded = Object.defineProperty(destination(), 'headers', {
    enumerable: true,
    get: () => {
      throw refused
    }
  })
  await expect(identityHeaders(guarded)).rejects.toBe(refused)
})

describe('properties as they came', () => {
  test('are found by their prefix, which goes', () => {
    const originalProperties = { 'URL.headers.a': '1', 'URL.queries.b': '2', 'xURL.headers.c': '3' }
    const found = propertiesOf(destination({ originalProperties }), 'URL.headers.')
    expect(found).toEqual({ a: '1' })
  })

  test('there may be none', () => {
    expect(propertiesOf(destination(), 'URL.headers.')).toEqual({})
  })
})

describe('headers in lower case', () => {
  test('are texts, and those without a value are left out', () => {
    const headers = { 'X-A': 1, 'X-B': undefined, 'X-C': null, 'X-D': '', 'X-E': 0, 'X-F': false }
    expect(lowerCase(headers)).toEqual({ 'x-a': '1', 'x-d': '', 'x-e': '0', 'x-f': 'false' })
  })

  test('there may be none', () => {
    expect(lowerCase()).toEqual({})
  })
})

describe('nothing speaks for the user beside the destination', () => {
  const IDENTITY = { 'x-destination': '1', accept: 'of the destination' }
  const OWN = { accept: 'of the request', 'x-request': '2' }
  const BOTH = { 'x-destination': '1', accept: 'of the request', 'x-request': '2' }

  test.each([true, false])('other headers of the request come first (user-bound: %s)', (bound) => {
    expect(withIdentity(OWN, IDENTITY, bound)).toEqual(BOTH)
  })

  describe.each(CREDENTIALS)('%s', (name) => {
    const own = { ...OWN, [name]: 'of the request' }
    const identity = { ...IDENTITY, [name]: 'of the destination' }

    test('of a call as the user is the one of the destination', () => {
      expect(withIdentity(own, identity, true)).toEqual({ ...BOTH, [name]: 'of the destination' })
      expect(withIdentity(OWN, identity, true)).toEqual({ ...BOTH, [name]: 'of the destination' })
    })

    test('of a call as the user does not exist where the destination has none', () => {
      expect(Object.keys(withIdentity(own, IDENTITY, true))).toEqual(Object.keys(BOTH))
    })

    test('of any other call is the one of the request, if it has one', () => {
      expect(withIdentity(own, identity, false)).toEqual({ ...BOTH, [name]: 'of the request' })
      expect(withIdentity(own, IDENTITY, false)).toEqual({ ...BOTH, [name]: 'of the request' })
      expect(withIdentity(OWN, identity, false)).toEqual({ ...BOTH, [name]: 'of the destination' })
    })
  })

  test('what goes in stays as it is', () => {
    const own = Object.freeze({ authorization: 'of the request' })
    const identity = Object.freeze({ authorization: 'of the destination' })
    expect(withIdentity(own, identity, true)).toEqual(identity)
  })
})

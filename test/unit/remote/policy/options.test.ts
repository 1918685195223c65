import { cap } from '../../../../src/cap.js'
import { callPolicy, MIN_TOKEN_LIFETIME } from '../../../../src/remote/policy/options.js'
import type { RemoteOptions } from '../../../../src/cap-remote-types.js'

const url = 'https://example.com'
const uaa = { clientid: 'sb-reuse!b1', url: 'https://uaa.example.com' }
const USER = ['namedUser', 'currentUser']
const SYSTEM = ['systemUser', 'systemUserProvider']

const refused = (options: RemoteOptions, message: RegExp) => {
  expect(() => callPolicy('S4', options)).toThrow(
    expect.objectContaining({
      code: 'ERR_CONFIGURATION',
      message: expect.stringMatching(message) as string
    })
  )
}

test.each([undefined, null])('onBehalfOf %j leaves it to the destination', (onBehalfOf) => {
  expect(callPolicy('S4', { onBehalfOf })).toEqual({
    onBehalfOf: undefined,
    minTokenLifetime: MIN_TOKEN_LIFETIME
  })
})

test.each(['nameduser', 'someUser', '', 1, {}, ['namedUser'], true])(
  'onBehalfOf %j names the option and the known values',
  (onBehalfOf) => {
    refused(
      { onBehalfOf },
      /^cds\.requires\.S4\.onBehalfOf is .*: use one of namedUser, currentUser, systemUser, systemUserProvider$/
    )
  }
)

test.each([...USER, ...SYSTEM])(
  '%s goes with a destination, and before anything is bound',
  (value) => {
    for (const options of [{}, { credentials: { destination: 'S4' } }, { credentials: {} }]) {
      expect(callPolicy('S4', { ...options, onBehalfOf: value }).onBehalfOf).toBe(value)
    }
  }
)

describe('minTokenLifetime', () => {
  test.each([0, 0.5, 300])('%j seconds', (minTokenLifetime) => {
    expect(callPolicy('S4', { minTokenLifetime })).toMatchObject({ minTokenLifetime })
  })

  test.each(['60', -1, NaN, Infinity, true, {}])(
    '%j is no number of seconds',
    (minTokenLifetime) => {
      refused({ minTokenLifetime }, /^cds\.requires\.S4\.minTokenLifetime is .*number of seconds/)
    }
  )
})

describe('an inline url', () => {
  test.each(USER)('%s needs a way to send the user', (onBehalfOf) => {
    refused(
      { onBehalfOf, credentials: { url } },
      /"url" without "forwardAuthToken"\. Name a destination there, or forward the token\.$/
    )
    const basic = { url, username: 'u', authentication: 'BasicAuthentication' }
    const [{ username }, { authentication }] = [basic, basic]
    for (const each of [basic, { url, username }, { url, authentication }]) {
      refused({ onBehalfOf, credentials: each }, /, but a technical authentication\. Name/)
    }
    const credentials = { url, forwardAuthToken: true }
    expect(callPolicy('S4', { onBehalfOf, credentials })).toMatchObject({ onBehalfOf })
  })

  test.each(SYSTEM)('%s goes with its own authentication, and forwards nothing', (onBehalfOf) => {
    expect(callPolicy('S4', { onBehalfOf, credentials: { url } })).toMatchObject({ onBehalfOf })
    refused(
      { onBehalfOf, credentials: { url, forwardAuthToken: true } },
      /"forwardAuthToken": a technical user has no token to forward\. .*OAuth2ClientCredentials, or .* "uaa" and the "url"\.$/
    )
    refused(
      { onBehalfOf, credentials: { url, authentication: 'PrincipalPropagation' } },
      /credentials\.authentication is "PrincipalPropagation"/
    )
  })
})

describe('a service binding', () => {
  test.each([...USER, ...SYSTEM])('%s: with a "uaa" and the url of the service', (onBehalfOf) => {
    expect(callPolicy('S4', { onBehalfOf, credentials: { url, uaa } })).toMatchObject({
      onBehalfOf
    })
    refused({ onBehalfOf, credentials: { uaa } }, /service binding has no "url"/)
    for (const part of [{}, { clientid: uaa.clientid }, { url: uaa.url }]) {
      refused({ onBehalfOf, credentials: { url, uaa: part } }, /"uaa".*no "clientid"/)
    }
    for (const other of [{ username: 'u' }, { authentication: 'BasicAuthentication' }]) {
      const both = { url, uaa, ...other }
      refused({ onBehalfOf, credentials: both }, /both a "uaa" and another authentication/)
    }
  })

  test.each(USER)('%s: the token is not forwarded besides', (onBehalfOf) => {
    const credentials = { url, uaa, forwardAuthToken: true }
    refused({ onBehalfOf, credentials }, /both a "uaa" and another authentication/)
  })

  test.each([...USER, ...SYSTEM])(
    '%s: that of an XSUAA does not say where the service is',
    (onBehalfOf) => {
      const credentials = { clientid: 'sb-app!t1', url: 'https://uaa.example.com' }
      refused(
        { onBehalfOf, credentials },
        /which do not say where the service is\. Name a .*"uaa"\.$/
      )
    }
  )
})

test.each([{ fragmentName: 'one' }, { level: 'subaccount' }])(
  '%j needs a destination of the Destination service',
  (destinationOptions) => {
    const onBehalfOf = 'namedUser'
    const credentials = { url, forwardAuthToken: true }
    refused({ onBehalfOf, credentials, destinationOptions }, /has no effect with a "url"/)
    for (const other of [{ destination: 'S4' }, { destination: 'S4', url }, {}, undefined]) {
      const named = { onBehalfOf, ...(other && { credentials: other }), destinationOptions }
      expect(callPolicy('S4', named)).toMatchObject({ onBehalfOf })
    }
  }
)

test.each([undefined, null, false])(
  'plain http within the cluster is not asked for with %j',
  (plainHttpWithinCluster) => {
    const credentials = { url, plainHttpWithinCluster }
    expect(callPolicy('S4', { credentials })).toMatchObject({ onBehalfOf: undefined })
  }
)

test('an option of a look-up that there is not is named', () => {
  const destinationOptions = { fragmentsName: 'one' } as object
  refused(
    { onBehalfOf: 'namedUser', destinationOptions },
    /^cds\.requires\.S4\.destinationOptions\.fragmentsName is not known: did you mean "fragmentName"\?$/
  )
})

test.each([
  ['mocked', false],
  ['principal', true]
])('with authentication of kind %s, options of a look-up are checked: %s', (kind, isChecked) => {
  const { auth } = cap.env.requires
  cap.env.requires.auth = { kind }
  try {
    const options = { destinationOptions: { fragmentsName: 'one' } as object }
    if (isChecked) refused(options, /fragmentsName is not known/)
    else expect(callPolicy('S4', options)).toMatchObject({ onBehalfOf: undefined })
  } finally {
    Object.assign(cap.env.requires, { auth })
  }
})

test('the provider is not looked for in other tenants', () => {
  const onBehalfOf = 'systemUserProvider'
  const strategy = (selectionStrategy: string) => ({
    onBehalfOf,
    destinationOptions: { selectionStrategy }
  })
  refused(strategy('subscriberFirst'), /destinationOptions\.selectionStrategy is "subscriberFirst"/)
  expect(callPolicy('S4', strategy('alwaysProvider'))).toMatchObject({ onBehalfOf })
  for (const other of [...USER, 'systemUser']) {
    const elsewhere = { ...strategy('subscriberFirst'), onBehalfOf: other }
    expect(callPolicy('S4', elsewhere)).toMatchObject({ onBehalfOf: other })
  }
})

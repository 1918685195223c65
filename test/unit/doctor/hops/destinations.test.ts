import { lookUpAll } from '../../../../src/doctor/look-ups.js'
import { destinationFindings } from '../../../../src/doctor/hops/destinations.js'
import { bindingOf, factsWith, seen, serviceOf } from '../facts.js'

const S4 = {
  Name: 'S4',
  Type: 'HTTP',
  URL: 'http://s4.internal:1',
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}
const SAML = { ...S4, Authentication: 'OAuth2SAMLBearerAssertion' }
const API = {
  Name: 'S4',
  Type: 'HTTP',
  URL: 'https://api.example',
  ProxyType: 'Internet',
  Authentication: 'OAuth2JWTBearer',
  tokenServiceURL: 'https://auth.example/oauth/token'
}

async function first(configuration: Record<string, unknown>, onBehalfOf?: string) {
  const services = [serviceOf('S4', onBehalfOf)]
  const [finding] = await destinationFindings(
    factsWith({ services, destinations: seen(configuration) })
  )
  return finding
}

test.each([
  ['on premise, as the user', S4, 'namedUser', 'ok', /carries the user/],
  ['on the internet, as the user', API, undefined, 'ok', /OAuth2JWTBearer, Internet/],
  [
    'an unknown type',
    { ...API, Authentication: 'OAuth2JwtBearer' },
    undefined,
    'mend',
    /not known/
  ],
  ['no URL', { ...API, URL: 'api' }, undefined, 'mend', /URL can not be used/],
  ['another kind of destination', { ...API, Type: 'RFC' }, undefined, 'mend', /type "RFC"/],
  ['no token service', { ...API, tokenServiceURL: '' }, undefined, 'mend', /needs a token service/],
  [
    'PrincipalPropagation on the internet',
    { ...S4, ProxyType: 'Internet' },
    undefined,
    'mend',
    /OnPremise/
  ],
  [
    'a password over http',
    { ...API, URL: 'http://api.example', Authentication: 'BasicAuthentication' },
    undefined,
    'warning',
    /over http/
  ],
  [
    'nothing secret over http',
    { ...API, URL: 'http://api.example', Authentication: 'NoAuthentication' },
    undefined,
    'ok',
    /technical/
  ],
  [
    'a token service over http',
    { ...API, tokenServiceURL: 'http://t.example' },
    undefined,
    'warning',
    /token service/
  ],
  [
    'a token service over http, and a type that does not fit',
    { ...API, tokenServiceURL: 'http://t.example' },
    'systemUser',
    'mend',
    /propagates users/
  ],
  [
    'a token service behind the Cloud Connector',
    { ...SAML, tokenServiceURL: 'http://s4.internal:1/sap/bc/sec/oauth2/token' },
    undefined,
    'ok',
    /carries the user/
  ],
  [
    'one of a system on the internet',
    { ...API, tokenServiceURL: 'http://t.internal:1', 'tokenServiceURL.ProxyType': 'OnPremise' },
    undefined,
    'ok',
    /OAuth2JWTBearer, Internet/
  ],
  [
    'a system behind the Cloud Connector, with a token service over http on the internet',
    { ...SAML, tokenServiceURL: 'http://t.example', 'tokenServiceURL.ProxyType': 'Internet' },
    undefined,
    'warning',
    /token service/
  ],
  [
    'a technical one for named users',
    { ...API, Authentication: 'OAuth2ClientCredentials' },
    'namedUser',
    'mend',
    /user would be lost/
  ],
  [
    'a technical one for either',
    { ...API, Authentication: 'OAuth2ClientCredentials' },
    'currentUser',
    'ok',
    /technical/
  ],
  ['a user-bound one for the system', API, 'systemUser', 'mend', /propagates users/]
])('%s', async (_, configuration, onBehalfOf, state, cause) => {
  expect(await first(configuration, onBehalfOf)).toMatchObject({
    state,
    cause: expect.stringMatching(cause)
  })
})

describe('without a token service', () => {
  const { tokenServiceURL: _, ...without } = API
  const found = (own: object, more: object = {}) =>
    destinationFindings(
      factsWith({
        services: [serviceOf('S4')],
        destinations: seen({ ...without, ...own }),
        ...more
      })
    )

  test.each([
    'OAuth2ClientCredentials',
    'OAuth2Password',
    'OAuth2RefreshToken',
    'OAuth2TechnicalUserPropagation',
    'OAuth2UserTokenExchange',
    'OAuth2JWTBearer',
    'OAuth2TokenExchange',
    'OAuth2SAMLBearerAssertion'
  ])('%s is to mend', async (Authentication) => {
    expect(await found({ Authentication })).toMatchObject([
      {
        state: 'mend',
        expected: 'tokenServiceURL',
        fix: expect.stringMatching(/^Set tokenService/)
      }
    ])
  })

  test.each(['NoAuthentication', 'BasicAuthentication', 'SAMLAssertion'])(
    '%s needs none',
    async (Authentication) => {
      expect(await found({ Authentication })).toMatchObject([{ state: 'ok' }])
    }
  )

  test('a fragment may name it, and the emulated services have one of their own', async () => {
    const [own] = [serviceOf('S4')]
    const services = [
      { ...own, options: { ...own.options, destinationOptions: { fragmentName: 'TOKENS' } } }
    ]
    const emulated = [bindingOf('destination', { uri: 'https://destination.localhost:1' })]
    for (const more of [{ services }, { isLandscape: true }, { bindings: emulated }]) {
      expect(await found({}, more)).toMatchObject([{ state: 'ok' }])
    }
  })
})

test('for a destination of another kind, the fix says which kind is needed', async () => {
  expect(await first({ ...API, Type: 'RFC' })).toMatchObject({
    fix: expect.stringMatching(/^Name a destination of type "HTTP"/)
  })
})

test.each([
  [{ username: 'u', password: 'p' }, 'BasicAuthentication, Internet'],
  [{}, 'NoAuthentication, Internet'],
  [{ proxyType: 'OnPremise', url: 'http://s4.internal:1' }, 'NoAuthentication, OnPremise']
])(
  'an entry of the environment without a type has that of the Cloud SDK: %j',
  async (own, what) => {
    process.env['destinations'] = JSON.stringify([
      { name: 'S4', url: 'https://s4.example', ...own }
    ])
    try {
      const services = [serviceOf('S4')]
      const sources = { exported: undefined, bindings: [], isOnline: true, token: undefined }
      const destinations = await lookUpAll({ ...sources, services })
      expect(await destinationFindings(factsWith({ services, destinations }))).toMatchObject([
        {
          state: 'ok',
          cause: `found in the environment variable "destinations": ${what}, a technical identity`
        }
      ])
    } finally {
      delete process.env['destinations']
    }
  }
)

test('an unknown type is compared with the known ones', async () => {
  expect(await first({ ...API, Authentication: 'OAuth2JwtBearer' })).toMatchObject({
    sent: 'OAuth2JwtBearer',
    expected: 'OAuth2JWTBearer'
  })
})

describe('without a location id', () => {
  const PLANT2 = { ...S4, Name: 'PLANT2', CloudConnectorLocationId: 'PLANT2' }
  const services = [serviceOf('S4'), serviceOf('PLANT2')]
  const found = (other: object, more: object = {}) =>
    destinationFindings(factsWith({ services, destinations: seen(S4, other as never), ...more }))

  test.each([
    ['the same virtual host', PLANT2, /same virtual host through "PLANT2"/],
    ['another system', { ...PLANT2, URL: 'http://other:1' }, /"PLANT2" uses "PLANT2"/]
  ])('while a destination to %s has one, it is a warning', async (_, other, cause) => {
    const [s4, plant2] = await found(other)
    expect(s4).toMatchObject({ state: 'warning', cause: expect.stringMatching(cause) })
    expect(s4).not.toHaveProperty('expected')
    expect(plant2).toMatchObject({ state: 'ok' })
  })

  test.each([
    ['a token', { token: 'a token' }],
    ['--probe', { options: { project: '.', probe: true } }]
  ])('with %s the systems are called, and the proxy decides', async (_, more) => {
    expect(await found(PLANT2, more)).toMatchObject([{ state: 'ok' }, { state: 'ok' }])
  })
})

test('what could not be looked up is unknown', async () => {
  const unknown = { name: 'S4', configuration: undefined, certificates: [], reason: 'no network' }
  const facts = factsWith({ services: [serviceOf('S4')], destinations: new Map([['S4', unknown]]) })
  expect(await destinationFindings(facts)).toMatchObject([
    { state: 'unknown', cause: 'no network' }
  ])
})

test('a key store that is not there, and one that only its password opens', async () => {
  const [[, known] = []] = seen(API)
  const certificates = [{ Name: 'gone.pem' }, { Name: 'client.p12', Content: 'AAAA' }]
  const destinations = new Map([['S4', { ...known!, certificates }]])
  const found = await destinationFindings(factsWith({ services: [serviceOf('S4')], destinations }))
  expect(found).toMatchObject([
    { state: 'ok' },
    { state: 'mend', subject: 'destination "S4", gone.pem' },
    { state: 'unknown', subject: 'destination "S4", client.p12' }
  ])
})

describe('services that name the same destination', () => {
  const { tokenServiceURL: _, ...withoutTokenService } = API
  const named = (name: string, own: object = {}) => {
    const { options, ...service } = serviceOf('S4')
    return { ...service, name, options: { ...options, ...own } }
  }
  const found = (services: ReturnType<typeof named>[], [first = {}, second = first]: object[]) => {
    const destinations = services.map(({ name }, i) => {
      return [name, seen({ ...(i ? second : first) }).get('S4')]
    })
    return destinationFindings(factsWith({ services, destinations: new Map(destinations as []) }))
  }

  test('have one finding where it is the same', async () => {
    const findings = await found([named('A'), named('B')], [API])
    expect(findings).toMatchObject([{ subject: 'destination "S4"', state: 'ok' }])
    expect(findings[0]).not.toHaveProperty('services')
  })

  test.each<[string, object, object, object[]]>([
    ['their look-ups lead to others', {}, {}, [API, { ...API, URL: 'api' }]],
    ['one has another onBehalfOf', {}, { onBehalfOf: 'systemUser' }, [API]],
    ['only one has a chain', { destinationOptions: { chain: 'x' } }, {}, [withoutTokenService]]
  ])('have their own where %s', async (_, first, second, configurations) => {
    expect(await found([named('A', first), named('B', second)], configurations)).toMatchObject([
      { subject: 'destination "S4"', services: ['A'], state: 'ok' },
      { subject: 'destination "S4"', services: ['B'], state: 'mend' }
    ])
  })
})

test.each([undefined, 'namedUser'])(
  'an agent gets no token as it is, and other services do: onBehalfOf %s',
  async (onBehalfOf) => {
    const FORWARDS = { ...API, Authentication: 'NoAuthentication', 'HTML5.ForwardAuthToken': true }
    const { options, ...service } = serviceOf('S4', onBehalfOf)
    const services = [{ ...service, options: { ...options, kind: 'mcp' } }]
    const facts = factsWith({ services, destinations: seen(FORWARDS) })
    expect(await destinationFindings(facts)).toMatchObject([
      {
        state: 'mend',
        cause: 'destination "S4" would hand the token of the request to an agent as it is',
        code: 'ERR_DESTINATION_UNAVAILABLE'
      }
    ])
    expect(await first(FORWARDS, onBehalfOf)).toMatchObject({ state: 'ok' })
  }
)

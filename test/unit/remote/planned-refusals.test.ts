import { createSigningIdentity } from '../../../emulator/src/saml/signing-identity.js'
import { outboundDestination } from '../../../src/remote/outbound.js'
import { planCall } from '../../../src/explain/token/planned-call.js'
import { callPolicy } from '../../../src/remote/policy/options.js'
import { outboundService } from '../../../src/remote/policy/service-target.js'
import type { NamedUser, Principal } from '../../../src/user/principal.js'
import { credentials } from '../../../emulator/test/support/http.js'
import { cdsRequires } from '../destination/support/cds-requires.js'
import { Landscape } from '../destination/support/landscape.js'

const ON_PREMISE = { URL: 'http://s4.internal', ProxyType: 'OnPremise' }
const INTERNET = { URL: 'https://backend.example', clientId: 'sb-maintenance!t1' }
const KEYS = { 'x_user_token.jwks_uri': 'https://keys.example' }
const DESTINATIONS = {
  PROPAGATES: { ...ON_PREMISE, Authentication: 'PrincipalPropagation' },
  EXCHANGES: { ...INTERNET, Authentication: 'OAuth2UserTokenExchange' },
  BEARER: { ...INTERNET, Authentication: 'OAuth2JWTBearer' },
  KEYS: { ...INTERNET, Authentication: 'OAuth2JWTBearer', ...KEYS },
  ACTOR: { ...INTERNET, Authentication: 'OAuth2TokenExchange' },
  FORWARDS: { ...INTERNET, Authentication: 'NoAuthentication', forwardAuthToken: true },
  BASIC: { ...ON_PREMISE, Authentication: 'BasicAuthentication', User: 'u', Password: 'p' }
}

let landscape: Landscape
/** Key that signs assertions. */
let key: string
beforeAll(async () => {
  landscape = await Landscape.start({ destinations: DESTINATIONS })
  key = (await createSigningIdentity('application')).key
})
afterAll(() => landscape.stop())
beforeEach(() => {
  configure()
})

/** Sets the exchange of the issuer "keycloak". */
function configure(exchange?: object): void {
  const keycloak = { issuer: 'https://idp.example', audience: 'shop', exchange }
  const binding = credentials(landscape.emulator)
  cdsRequires({ auth: { kind: 'principal', credentials: binding, issuers: { keycloak } } })
}

const user = (issuer: string, tenant?: string): NamedUser => ({
  ...{ kind: 'named', userId: 'alice', tenant, issuer, bearerToken: 'a.b.c' },
  expiresAt: Math.floor(Date.now() / 1000) + 3600
})
const technical: Principal = { kind: 'technical', origin: 'token', tenant: undefined }

const plan = (destination: string, principal: Principal, destinationOptions: object = {}) =>
  planCall('S4', { credentials: { destination }, destinationOptions }, principal, undefined)

/** What becomes of the call that is planned, and of the one that is made. */
function outcomes(destination: string, principal: Principal, destinationOptions: object = {}) {
  const policy = callPolicy('S4', { credentials: { destination } })
  const target = outboundService({ name: 'S4', ...policy, destination, destinationOptions })
  const calls = [
    plan(destination, principal, destinationOptions),
    outboundDestination(target, principal)
  ]
  return Promise.all(calls.map((call) => call.then(() => 'made', textOf)))
}

const textOf = ({ code, message }: { code?: string; message: string }) => `${code} ${message}`

test.each([
  ['keycloak', 'PROPAGATES'],
  ['keycloak', 'EXCHANGES'],
  ['keycloak', 'BEARER'],
  ['keycloak', 'FORWARDS'],
  ['ias', 'EXCHANGES'],
  ['ias', 'BEARER']
])('a token of %s that %s does not take is refused, as the call would be', async (issuer, name) => {
  const [planned, made] = await outcomes(name, user(issuer))
  expect(planned).toMatch(/^ERR_USER_TOKEN_REQUIRED /)
  expect(planned).toBe(made)
})

test.each(['namedUser', 'currentUser'] as const)(
  '%s of a service without an address: the option is named, and no destination that there is not',
  async (onBehalfOf) => {
    const options = { onBehalfOf, credentials: { path: '/x' } }
    const target = outboundService({
      ...{ name: 'S4', destination: options.credentials as object },
      ...callPolicy('S4', options)
    })
    const calls = [
      planCall('S4', options, user('xsuaa'), undefined),
      outboundDestination(target, user('xsuaa'))
    ]
    for (const call of calls) {
      await expect(call).rejects.toMatchObject({
        code: 'ERR_CONFIGURATION',
        status: 500,
        message: expect.stringMatching(
          /^cds\.requires\.S4\.credentials\.destination is not set, and there is no "url"/
        )
      })
    }
  }
)

test.each<[string, string, object, boolean]>([
  ['xsuaa', 'EXCHANGES', {}, false],
  ['ias', 'PROPAGATES', {}, false],
  ['ias', 'KEYS', {}, false],
  ['ias', 'ACTOR', {}, false],
  ['ias', 'FORWARDS', { iasToXsuaaTokenExchange: true }, false],
  ['ias', 'BEARER', { iasToXsuaaTokenExchange: true }, true],
  ['keycloak', 'KEYS', {}, false]
])('a token of %s for %s with %j goes out; exchanged: %s', async (issuer, name, options, is) => {
  expect(await plan(name, user(issuer), options)).toMatchObject({ exchanged: is })
})

test.each(['PROPAGATES', 'EXCHANGES', 'FORWARDS'])(
  'with "exchange", a token of another issuer goes out to %s',
  async (name) => {
    configure({ grant: 'jwt-bearer' })
    const planned = await plan(name, user('keycloak'))
    expect(planned).toMatchObject({ exchanged: true, user: { issuer: 'keycloak' } })
  }
)

test.each([
  ['a user of another tenant', 'customer-1', 'ERR_TENANT_MISMATCH'],
  ['a token without the name of the user', undefined, 'ERR_USER_TOKEN_REQUIRED']
])('an exchange that can not be: %s', async (_, tenant, code) => {
  configure({ grant: 'saml2-bearer', assertionIssuer: 'urn:example:api', key })
  const options = { credentials: { url: 'https://backend.example', forwardAuthToken: true } }
  const call = planCall('S4', options, user('keycloak', tenant), undefined)
  await expect(call).rejects.toMatchObject({ code })
})

describe('a service that is not bound', () => {
  beforeAll(() => {
    const { connectivity: _, xsuaa: __, ...bound } = landscape.emulator.vcapServices()
    process.env['VCAP_SERVICES'] = JSON.stringify(bound)
  })
  beforeEach(() => {
    cdsRequires({})
  })

  const named = () => user('xsuaa')
  test.each<[string, () => Principal, object, RegExp]>([
    ['PROPAGATES', named, {}, /no Connectivity service is bound/],
    ['BASIC', () => technical, {}, /no Connectivity service is bound/],
    ['ACTOR', named, { actorToken: 'xsuaa' }, /no service "xsuaa" is bound/]
  ])('and is needed for %s', async (name, principal, options, reason) => {
    const uncached = { ...options, useCache: false }
    const [planned, made] = await outcomes(name, principal(), uncached)
    expect(planned).toMatch(/^ERR_DESTINATION_UNAVAILABLE /)
    expect(planned).toMatch(reason)
    expect(planned).toBe(made)
  })
})

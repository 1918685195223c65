import { startEmulator, type Emulator } from '../../src/index.js'
import { TOKEN_EXCHANGE } from '../../../test/support/descriptor.js'
import { claimsOf, credentials, requestToken, send, viaProxy } from '../support/http.js'
import { users, VIRTUAL_HOST, withBackend, xsSecurity } from '../support/maintenance.js'

const TARGET = { URL: 'https://x.example', clientId: 'sb-maintenance!t1' }
const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...withBackend,
    xsSecurity: {
      ...xsSecurity,
      'role-templates': [...xsSecurity['role-templates'], TOKEN_EXCHANGE]
    },
    users: {
      ...users,
      carol: { roles: ['Token_Exchange'] },
      erin: { roles: ['orders.Reader'] }
    },
    destinations: {
      EXCHANGE: { ...TARGET, Authentication: 'OAuth2UserTokenExchange' },
      BEARER: { ...TARGET, Authentication: 'OAuth2JWTBearer' },
      WRONG: { ...TARGET, Authentication: 'OAuth2JWTBearer', clientSecret: 'x' },
      SSO: { ...TARGET, Authentication: 'SAPAssertionSSO' },
      COMMON: {
        ...TARGET,
        Authentication: 'OAuth2ClientCredentials',
        tokenServiceURLType: 'Common'
      },
      COMMON_BEARER: {
        ...TARGET,
        Authentication: 'OAuth2JWTBearer',
        tokenServiceURLType: 'Common'
      },
      ORDERS: {
        ...{ URL: 'https://x.example', clientId: 'sb-orders!t2' },
        Authentication: 'OAuth2UserTokenExchange'
      },
      DEDICATED: { ...TARGET, Authentication: 'OAuth2ClientCredentials' },
      TECHNICAL: { ...TARGET, Authentication: 'OAuth2TechnicalUserPropagation' }
    },
    applications: {
      orders: {
        xsSecurity: {
          xsappname: 'orders',
          scopes: [{ name: '$XSAPPNAME.Read' }],
          'role-templates': [
            { name: 'Reader', 'scope-references': ['$XSAPPNAME.Read', 'uaa.user'] }
          ]
        }
      }
    },
    tenants: {
      'Customer-2': {
        users: { tina: { roles: ['Token_Exchange'] } },
        destinations: { OWN: { ...TARGET, Authentication: 'OAuth2JWTBearer' } }
      }
    }
  })
})
afterAll(() => emulator.stop())

/** "Find destination", by default with a service token of the provider. */
async function find(name: string, headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await emulator.issueToken({ client: 'destination' })}`
  const { uri } = credentials(emulator, 'destination')
  const url = `${uri}/destination-configuration/v1/destinations/${name}`
  return send(url, { ca: emulator.ca, headers: { authorization, ...headers } })
}

async function tokenFor(name: string, headers: Record<string, string>) {
  const { status, body } = await find(name, headers)
  expect(status).toBe(200)
  return body.authTokens[0]
}

const userToken = async (user: string, options = {}) => ({
  'x-user-token': await emulator.issueToken({ user, ...options })
})

describe.each(['EXCHANGE', 'BEARER'])('%s', (name) => {
  it('exchanges X-user-token for one of the client of the destination', async () => {
    const token = await tokenFor(name, await userToken('carol'))
    expect(token).toMatchObject({
      type: 'bearer',
      expires_in: '43199',
      http_header: { key: 'Authorization', value: `Bearer ${token.value}` }
    })
    expect(claimsOf(token.value)).toMatchObject({
      user_name: 'carol',
      azp: 'sb-maintenance!t1',
      grant_type: JWT_BEARER
    })
  })

  it('takes a user token of its own client as Authorization; X-user-token wins', async () => {
    const parameters = { grant_type: JWT_BEARER, ...assertion(await userToken('carol')) }
    const own = credentials(emulator, 'destination')
    const { body } = await requestToken(emulator, parameters, {}, own)
    const headers = { authorization: `Bearer ${body.access_token}` }
    const token = await tokenFor(name, headers)
    expect(claimsOf(token.value)).toMatchObject({ user_name: 'carol', cid: 'sb-maintenance!t1' })
    const other = await tokenFor('BEARER', { ...headers, ...(await userToken('alice')) })
    expect(claimsOf(other.value).user_name).toBe('alice')
  })

  it.each<[string, () => Promise<Record<string, string>>, RegExp]>([
    ['no user token', async () => ({}), /User token is missing/],
    ['a token that has expired', () => userToken('carol', { expiresIn: -60 }), /Token expired at/],
    [
      'a technical one',
      async () => ({ 'x-user-token': await emulator.issueToken({}) }),
      /Unable to map issuer: Origin claim is missing/
    ],
    ['garbage', async () => ({ 'x-user-token': 'x' }), /could not decode/]
  ])('%s: 200 with an error inside', async (_, headers, error) => {
    expect(await tokenFor(name, await headers())).toEqual({
      ...{ type: '', value: '', expires_in: '0' },
      error: expect.stringMatching(error)
    })
  })
})

const assertion = (headers: Record<string, string>) => ({
  assertion: headers['x-user-token'] ?? ''
})

it('an exchange needs uaa.user, of the user or in the token', async () => {
  const { error } = await tokenFor('EXCHANGE', await userToken('alice'))
  expect(error).toMatch(/insufficient_scope.*Insufficient scope for this resource/)
  const scope = ['openid', 'uaa.user']
  const { value } = await tokenFor('EXCHANGE', await userToken('alice', { claims: { scope } }))
  expect(claimsOf(value).user_name).toBe('alice')
  expect((await tokenFor('BEARER', await userToken('alice'))).error).toBeUndefined()
})

it('uaa.user has to be in the token of the user: that of the client does not count', async () => {
  const { value } = await tokenFor('ORDERS', await userToken('carol'))
  expect(claimsOf(value)).toMatchObject({ user_name: 'carol', cid: 'sb-orders!t2' })
  const { error } = await tokenFor('ORDERS', await userToken('erin'))
  expect(error).toMatch(/insufficient_scope/)
})

it('exchanges tokens of the tenant whose destination it is, or of each where the token service is for all', async () => {
  const ofTina = await userToken('tina', { tenant: 'Customer-2' })
  expect((await tokenFor('BEARER', ofTina)).error).toMatch(/Unable to map issuer/)
  const common = await tokenFor('COMMON_BEARER', ofTina)
  expect(claimsOf(common.value)).toMatchObject({ user_name: 'tina', zid: 'Customer-2' })
  const token = await emulator.issueToken({ client: 'destination', tenant: 'Customer-2' })
  const own = await tokenFor('OWN', { ...ofTina, authorization: `Bearer ${token}` })
  expect(claimsOf(own.value)).toMatchObject({ user_name: 'tina', zid: 'Customer-2' })
})

it('a wrong client, and a type that is deprecated', async () => {
  const headers = await userToken('carol')
  expect((await tokenFor('WRONG', headers)).error).toMatch(/Bad credentials/)
  expect((await tokenFor('SSO', headers)).error).toMatch(/SAPAssertionSSO is not emulated/)
})

it('401 for a bad service token, also with a good user token', async () => {
  for (const options of [{ client: 'xsuaa' }, { client: 'destination', expiresIn: -60 }]) {
    const authorization = `Bearer ${await emulator.issueToken(options)}`
    const headers = { authorization, ...(await userToken('carol')) }
    expect((await find('BEARER', headers)).status).toBe(401)
  }
})

it('X-tenant counts where the token service is one for all tenants', async () => {
  const headers = { 'x-tenant': 'customer-2' }
  const zid = async (name: string) => claimsOf((await tokenFor(name, headers)).value).zid
  expect(await zid('COMMON')).toBe('Customer-2')
  expect(await zid('DEDICATED')).toBe(credentials(emulator)['tenantid'])
  expect((await tokenFor('COMMON', { 'x-tenant': 'nobody' })).error).toMatch(/unknown tenant/)
})

it('a tenant with destinations of its own has no others', async () => {
  const token = await emulator.issueToken({ client: 'destination', claims: { zid: 'Customer-2' } })
  const headers = { authorization: `Bearer ${token}` }
  expect((await find('OWN', headers)).status).toBe(200)
  expect((await find('BEARER', headers)).status).toBe(404)
  expect((await find('OWN')).status).toBe(404)
})

it('a technical user reaches the backend as the Cloud Connector names it', async () => {
  const { http_header: header } = await tokenFor('TECHNICAL', {})
  expect(header.key).toBe('SAP-Connectivity-Technical-Authentication')
  const headers = { 'sap-connectivity-technical-authentication': header.value }
  const { body } = await viaProxy(emulator, `http://${VIRTUAL_HOST}/ping`, { headers })
  expect(body.subject).toBe('CN=sb-maintenance!t1')
})

it('the record tells look-ups from retrievals', async () => {
  await find('BEARER?$skipTokenRetrieval=true')
  await find('DEDICATED')
  await find('BEARER', await userToken('carol'))
  const last = emulator.requests('destination').slice(-3)
  expect(last.map(({ retrieval }) => retrieval)).toEqual(['none', 'technical', 'user'])
})

it('refuses a tenant that can be no label of a host name', async () => {
  await expect(startEmulator({ ...withBackend, tenants: { 'a.b': {} } })).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringContaining('tenants.a.b')
  })
})

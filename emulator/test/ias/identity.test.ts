import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf, credentials, send } from '../support/http.js'
import {
  GRANT_TYPES,
  identityCredentials,
  identityOptions,
  requestIdentityToken
} from '../support/identity.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const BY_NAME = 'urn:sap:identity:application:provider:name:'

let emulator: Emulator
let own: ReturnType<typeof identityCredentials>
let orders: ReturnType<typeof identityCredentials>
beforeAll(async () => {
  emulator = await startEmulator(identityOptions)
  own = identityCredentials(emulator)
  orders = identityCredentials(emulator, 'orders')
})
afterAll(() => emulator.stop())

const password = { grant_type: 'password', username: 'alice', password: 'any' }

async function token(parameters: Record<string, string>, client = own) {
  const { status, body } = await requestIdentityToken(emulator, parameters, client)
  return { status, body, claims: body.access_token && claimsOf(body.access_token) }
}

test('the binding is as on BTP', () => {
  const { host } = new URL(own['url'] ?? '')
  expect(own).toEqual({
    clientid: expect.stringMatching(/^[0-9a-f-]{36}$/),
    clientsecret: expect.any(String),
    'credential-type': 'SECRET',
    url: `https://${host}`,
    domain: host,
    domains: [host],
    app_tid: credentials(emulator)['tenantid']
  })
})

test('discovery names the endpoints and grants', async () => {
  const { body } = await send(`${own['url']}/.well-known/openid-configuration`, { ca: emulator.ca })
  const { url = '' } = own
  expect(body).toMatchObject({
    issuer: url,
    authorization_endpoint: `${url}/oauth2/authorize`,
    token_endpoint: `${url}/oauth2/token`,
    userinfo_endpoint: `${url}/oauth2/userinfo`,
    introspection_endpoint: `${url}/oauth2/introspect`,
    revocation_endpoint: `${url}/oauth2/revoke`,
    end_session_endpoint: `${url}/oauth2/logout`,
    jwks_uri: `${url}/oauth2/certs`
  })
  expect(body.grant_types_supported.toSorted()).toEqual([...GRANT_TYPES].sort())
})

describe('tokens', () => {
  test('of a user: claims of Identity Authentication, none of XSUAA', async () => {
    const { body, claims } = await token(password)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 })
    const id = claimsOf(body.id_token)
    expect(id).toMatchObject({
      iss: own['url'],
      sub: id.user_uuid,
      scim_id: id.user_uuid,
      app_tid: own['app_tid'],
      azp: own['clientid'],
      aud: [own['clientid'], expect.any(String), expect.any(String)],
      email: 'alice@example.com',
      given_name: 'Alice',
      preferred_username: 'alice',
      groups: ['staff'],
      sap_id_type: 'user'
    })
    expect(id.exp - id.iat).toBe(3600)
    for (const name of ['scope', 'zid', 'user_name', 'grant_type', 'ext_attr', 'cnf', 'ias_apis']) {
      expect(id).not.toHaveProperty([name])
    }
    expect(claims).toMatchObject({ sub: id.sub, aud: id.aud })
  })

  test('with the e-mail address as logon name', async () => {
    const { claims } = await token({ ...password, username: 'alice@example.com' })
    expect(claims.preferred_username).toBe('alice')
  })

  test('of the application: subject, audience and client are one', async () => {
    const { body, claims } = await token({ grant_type: 'client_credentials' })
    const { clientid, app_tid } = own
    expect(claims).toMatchObject({ sub: clientid, aud: clientid, azp: clientid, app_tid })
    expect(claims.sap_id_type).toBe('app')
    expect(Object.keys(body).sort()).toEqual(['access_token', 'expires_in', 'token_type'])
  })

  test('of a subscriber: its own user of the same name', async () => {
    const theirs = { ...password, password: 'theirs', app_tid: 'customer-1' }
    const { claims } = await token(theirs)
    const { claims: ours } = await token(password)
    expect(claims.app_tid).toBe('customer-1')
    expect(claims.sub).not.toBe(ours.sub)
    const technical = await token({ grant_type: 'client_credentials', app_tid: 'customer-1' })
    expect(technical.claims.app_tid).toBe('customer-1')
  })

  test('refreshed: once, and for the same application only', async () => {
    const { body, claims } = await token(password)
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    expect((await token(refresh, orders)).body.error).toBe('invalid_grant')
    const { claims: refreshed } = await token(refresh)
    expect(refreshed).toMatchObject({ sub: claims.sub, aud: claims.aud })
    expect((await token(refresh)).body.error).toBe('invalid_grant')
    expect((await token({ ...refresh, refresh_token: 'x' })).body.error).toBe('invalid_grant')
  })

  test('exchanged: a new one of the same user, without refresh token where none is wanted', async () => {
    const { body, claims } = await token(password)
    const exchange = { grant_type: JWT_BEARER, assertion: body.id_token, refresh_expiry: '0' }
    const exchanged = await token(exchange)
    expect(exchanged.claims).toMatchObject({ sub: claims.sub, azp: own['clientid'] })
    expect(exchanged.claims.jti).not.toBe(claims.jti)
    expect(exchanged.body).not.toHaveProperty('refresh_token')
    expect(exchanged.body.id_token).toBeDefined()
  })
})

describe('app to app', () => {
  const assertion = async () => (await token(password)).body.id_token as string

  test.each([
    ['orders-read', ['Orders.Read']],
    ['orders-all', ['Orders.Read', 'Orders.Write']]
  ])('a user token for the dependency %s', async (name, apis) => {
    const resource = BY_NAME + name
    const exchange = { grant_type: JWT_BEARER, assertion: await assertion(), resource }
    const { body, claims } = await token(exchange)
    expect(claims).toMatchObject({
      aud: orders['clientid'],
      azp: own['clientid'],
      azp_app_tid: own['app_tid'],
      ias_apis: apis,
      sap_id_type: 'user'
    })
    // an access token, no id token: its only audience is not its client
    expect(body).not.toHaveProperty('id_token')
  })

  test('a technical token, by client id', async () => {
    const resource = `urn:sap:identity:application:provider:clientid:${orders['clientid']}`
    const { claims } = await token({ grant_type: 'client_credentials', resource })
    expect(claims).toMatchObject({ sub: own['clientid'], aud: orders['clientid'] })
  })

  test('what another application has for us is exchanged by us', async () => {
    const weak = await emulator.issueToken({ issuer: 'ias', user: 'alice', client: 'orders' })
    expect(claimsOf(weak)).toMatchObject({
      aud: own['clientid'],
      azp: orders['clientid'],
      ias_apis: ['Read']
    })
    const { claims } = await token({ grant_type: JWT_BEARER, assertion: weak })
    expect(claims).toMatchObject({ azp: own['clientid'], preferred_username: 'alice' })
    expect(claims).not.toHaveProperty('ias_apis')
  })

  test.each([BY_NAME + 'bills', BY_NAME + 'orders-raed', 'urn:other'])(
    '%s is no dependency',
    async (resource) => {
      const { status, body } = await token({ grant_type: 'client_credentials', resource })
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_target' })
    }
  )
})

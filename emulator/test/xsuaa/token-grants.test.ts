import { startEmulator, type Emulator } from '../../src/index.js'
import { claimsOf, credentials, headerOf, requestToken, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

let emulator: Emulator
beforeAll(async () => (emulator = await startEmulator(options)))
afterAll(() => emulator.stop())

const logOn = (username: string, password = '') =>
  requestToken(emulator, { grant_type: 'password', username, password })

describe('password', () => {
  it('answers as XSUAA does', async () => {
    const { status, headers, body } = await logOn('alice')
    expect(status).toBe(200)
    expect(headers['cache-control']).toBe('no-store')
    expect(headers['access-control-allow-origin']).toBeUndefined()
    expect(body).toEqual({
      access_token: expect.any(String),
      id_token: expect.any(String),
      refresh_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 43_199,
      scope: 'openid maintenance!t1.Viewer maintenance!t1.Technician',
      jti: claimsOf(body.access_token).jti
    })
  })

  it('issues every claim of a user token', async () => {
    const { body } = await logOn('alice')
    const { clientid, tenantid } = credentials(emulator)
    const { iat } = claimsOf(body.access_token)
    expect(claimsOf(body.access_token)).toEqual({
      jti: expect.stringMatching(/^[\da-f]{32}$/),
      ext_attr: { enhancer: 'XSUAA', subaccountid: tenantid, zdn: 'maintenance' },
      'xs.system.attributes': { 'xs.saml.groups': [], 'xs.rolecollections': [] },
      'xs.user.attributes': { plant: ['1010'] },
      given_name: 'Alice',
      family_name: 'Example',
      sub: expect.stringMatching(GUID),
      user_id: claimsOf(body.access_token).sub,
      scope: ['openid', 'maintenance!t1.Viewer', 'maintenance!t1.Technician'],
      client_id: clientid,
      cid: clientid,
      azp: clientid,
      grant_type: 'password',
      origin: 'sap.default',
      user_name: 'alice',
      email: 'alice@example.com',
      auth_time: expect.any(Number),
      rev_sig: expect.stringMatching(/^[\da-f]{8}$/),
      iat,
      exp: iat + 43_200,
      iss: emulator.url.replace('localhost', 'maintenance.localhost') + '/oauth/token',
      zid: tenantid,
      aud: [clientid, 'openid', 'maintenance!t1']
    })
    expect(headerOf(body.access_token)).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      jku: emulator.url.replace('localhost', 'maintenance.localhost') + '/token_keys',
      kid: expect.stringMatching(/^default-jwt-key-\d+$/),
      jid: expect.any(String)
    })
  })

  it('takes client credentials from the Basic header', async () => {
    const { clientid, clientsecret } = credentials(emulator)
    const basic = Buffer.from(`${clientid}:${clientsecret}`).toString('base64')
    const { status } = await send(`${emulator.url}/oauth/token`, {
      method: 'POST',
      ca: emulator.ca,
      headers: {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8'
      },
      body: 'grant_type=password&username=alice&password='
    })
    expect(status).toBe(200)
  })

  it('keeps the id of a user, and lets no attribute through without a role that references it', async () => {
    const [first, second, carol, eve] = await Promise.all([
      logOn('alice'),
      logOn('alice'),
      logOn('carol'),
      logOn('eve')
    ])
    expect(claimsOf(first.body.access_token).user_id).toBe(
      claimsOf(second.body.access_token).user_id
    )
    expect(claimsOf(carol.body.access_token)).toMatchObject({
      'xs.user.attributes': {},
      'xs.system.attributes': { 'xs.rolecollections': ['Maintenance Boss'] },
      scope: ['openid', 'maintenance!t1.Supervisor']
    })
    expect(claimsOf(eve.body.access_token)).toMatchObject({ scope: ['openid'] })
  })

  it('compares a configured password', async () => {
    expect((await logOn('bob', 'builder')).status).toBe(200)
    expect((await logOn('bob', 'wrong')).status).toBe(401)
    expect((await logOn('bob')).status).toBe(401)
  })

  it('narrows the scopes, and aud with them', async () => {
    const { body } = await requestToken(emulator, {
      grant_type: 'password',
      username: 'alice',
      scope: 'openid maintenance!t1.Supervisor'
    })
    expect(body.scope).toBe('openid')
    expect(claimsOf(body.access_token).aud).toEqual([credentials(emulator).clientid, 'openid'])
  })
})

describe('client_credentials', () => {
  it('issues a technical token with the authorities of xs-security.json', async () => {
    const { body } = await requestToken(emulator, { grant_type: 'client_credentials' })
    const { clientid, serviceInstanceId, tenantid } = credentials(emulator)
    const scope = ['uaa.resource', 'maintenance!t1.Supervisor']
    expect(body.refresh_token).toBeUndefined()
    expect(claimsOf(body.access_token)).toEqual({
      jti: expect.any(String),
      ext_attr: {
        enhancer: 'XSUAA',
        subaccountid: tenantid,
        zdn: 'maintenance',
        serviceinstanceid: serviceInstanceId
      },
      sub: clientid,
      authorities: scope,
      scope,
      client_id: clientid,
      cid: clientid,
      azp: clientid,
      grant_type: 'client_credentials',
      rev_sig: expect.any(String),
      iat: expect.any(Number),
      exp: expect.any(Number),
      iss: expect.any(String),
      zid: tenantid,
      aud: [clientid, 'uaa', 'maintenance!t1']
    })
  })

  it('knows nothing but uaa.resource for the service bindings', async () => {
    const client = credentials(emulator, 'destination')
    const { body } = await requestToken(emulator, { grant_type: 'client_credentials' }, {}, client)
    expect(claimsOf(body.access_token)).toMatchObject({
      scope: ['uaa.resource'],
      aud: [client['clientid'], 'uaa']
    })
  })
})

describe('refresh_token', () => {
  it('keeps user and original grant, and changes token id', async () => {
    const { body } = await logOn('alice')
    const refreshed = await requestToken(emulator, {
      grant_type: 'refresh_token',
      refresh_token: body.refresh_token
    })
    const [before, after] = [claimsOf(body.access_token), claimsOf(refreshed.body.access_token)]
    expect(after).toEqual({ ...before, jti: expect.any(String), iat: after.iat, exp: after.exp })
    expect(after.jti).not.toBe(before.jti)
  })

  it('is bound to its client', async () => {
    const { body } = await logOn('alice')
    const parameters = { grant_type: 'refresh_token', refresh_token: body.refresh_token }
    const client = credentials(emulator, 'connectivity')
    expect(await requestToken(emulator, parameters, {}, client)).toMatchObject({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'Wrong client for this refresh token'
      }
    })
  })
})

describe('jwt-bearer', () => {
  it('issues a token of the same user for another client', async () => {
    const assertion = await emulator.issueToken({ user: 'alice' })
    const client = credentials(emulator, 'connectivity')
    const parameters = { grant_type: JWT_BEARER, assertion }
    const { body } = await requestToken(emulator, parameters, {}, client)
    const { clientid } = client
    expect(claimsOf(body.access_token)).toMatchObject({
      grant_type: JWT_BEARER,
      azp: clientid,
      cid: clientid,
      user_name: 'alice',
      origin: 'sap.default',
      user_id: claimsOf(assertion).user_id,
      'xs.user.attributes': { plant: ['1010'] },
      aud: [clientid, 'openid', 'maintenance!t1']
    })
    expect(body.refresh_token).toEqual(expect.any(String))
  })
})

describe('issueToken', () => {
  it('overrides, removes and ages claims', async () => {
    const token = await emulator.issueToken({
      user: 'bob',
      expiresIn: -10,
      claims: { zid: 'other', scope: undefined, extra: null }
    })
    const claims = claimsOf(token)
    expect(claims).toMatchObject({ user_name: 'bob', zid: 'other', extra: null })
    expect(claims.scope).toBeUndefined()
    expect(claims.exp).toBeLessThan(Date.now() / 1000)
    expect(claims.iat).toBeLessThan(claims.exp)
  })

  it.each([
    [{ user: 'mallory' }, 'there is no user "mallory", only alice, bob, carol, eve'],
    [{ client: 'toString' }, 'there is no client "toString"']
  ])('%j is refused', async (request, message) => {
    await expect(emulator.issueToken(request)).rejects.toMatchObject({
      code: 'ERR_EMULATOR_OPTIONS',
      message: expect.stringContaining(message)
    })
  })
})

import { startEmulator, type Emulator } from '../../src/index.js'
import { claimsOf, credentials, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

const OAUTH = { URL: 'https://x.example', Authentication: 'OAuth2ClientCredentials' }

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...options,
    destinations: {
      S4: {
        URL: 'http://s4.internal:44300',
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation',
        'sap-client': '100',
        'HTML5.DynamicDestination': true
      },
      BASIC: {
        URL: 'https://x.example',
        Authentication: 'BasicAuthentication',
        User: 'USER',
        Password: 'secret:with colon'
      },
      OAUTH: { ...OAUTH, clientId: 'sb-maintenance!t1' },
      FOREIGN: { ...OAUTH, clientId: 'unknown' },
      WRONG: { ...OAUTH, clientId: 'sb-maintenance!t1', clientSecret: 'x' },
      SAML: { URL: 'https://x.example', Authentication: 'OAuth2SAMLBearerAssertion' },
      'NO AUTH': { URL: 'https://x.example' }
    }
  })
})
afterAll(() => emulator.stop())

async function get(path: string, token?: string) {
  const bearer = token ?? (await emulator.issueToken({ client: 'destination' }))
  const url = `${credentials(emulator, 'destination')['uri']}/destination-configuration/v1/${path}`
  const headers = { authorization: `Bearer ${bearer}` }
  return send(url, { ca: emulator.ca, headers })
}

it('finds a destination, with every property as a string and no token', async () => {
  const { status, body } = await get('destinations/S4?$skipTokenRetrieval=true')
  expect(status).toBe(200)
  expect(body).toEqual({
    owner: { SubaccountId: credentials(emulator)['tenantid'], InstanceId: null },
    destinationConfiguration: {
      Name: 'S4',
      Type: 'HTTP',
      URL: 'http://s4.internal:44300',
      ProxyType: 'OnPremise',
      Authentication: 'PrincipalPropagation',
      'sap-client': '100',
      'HTML5.DynamicDestination': 'true'
    }
  })
  expect((await get('destinations/S4')).body).toEqual(body)
})

it('BasicAuthentication: a header, unless tokens are not wanted', async () => {
  const value = Buffer.from('USER:secret:with colon').toString('base64')
  expect((await get('destinations/BASIC')).body.authTokens).toEqual([
    {
      type: 'Basic',
      value,
      http_header: { key: 'Authorization', value: `Basic ${value}` },
      expires_in: '0'
    }
  ])
  const { body } = await get('destinations/BASIC?$skipTokenRetrieval=true')
  expect(body).not.toHaveProperty('authTokens')
})

it('OAuth2ClientCredentials: a token of a known client', async () => {
  const { authTokens } = (await get('destinations/OAUTH')).body
  expect(authTokens).toEqual([
    {
      type: 'bearer',
      value: expect.any(String),
      http_header: { key: 'Authorization', value: `Bearer ${authTokens[0].value}` },
      expires_in: '43199',
      scope: 'uaa.resource maintenance!t1.Supervisor'
    }
  ])
  expect(claimsOf(authTokens[0].value)).toMatchObject({ azp: 'sb-maintenance!t1' })
})

it.each(['FOREIGN', 'WRONG'])('OAuth2ClientCredentials: no token for %s', async (name) => {
  const error = expect.stringMatching(/^Retrieval of OAuthToken failed due to: .*Bad credentials/)
  expect((await get(`destinations/${name}`)).body.authTokens).toEqual([
    { type: '', value: '', expires_in: '0', error }
  ])
})

it('a failed token retrieval is a 200 with an error inside', async () => {
  const { status, body } = await get('destinations/SAML')
  expect(status).toBe(200)
  expect(body.authTokens[0]).toMatchObject({ type: '', expires_in: '0' })
  expect(body.authTokens[0].error).toMatch(/OAuth2SAMLBearerAssertion/)
})

it('lists by level', async () => {
  const { body } = await get('subaccountDestinations')
  expect(body.map(({ Name }: { Name: string }) => Name)).toEqual(
    expect.arrayContaining(['S4', 'BASIC'])
  )
  expect((await get('subaccountDestinations/S4')).body).toMatchObject({ Name: 'S4' })
  expect((await get('destinations/NO%20AUTH')).body.destinationConfiguration).toMatchObject({
    ProxyType: 'Internet',
    Authentication: 'NoAuthentication'
  })
  expect((await get('instanceDestinations')).body).toEqual([])
  expect((await get('instanceDestinations/S4')).status).toBe(404)
})

it.each(['destinations/OTHER', 'destinations/toString', 'subaccountDestinations/%E0%A4%A'])(
  '%s: the 404 text that clients compare',
  async (path) => {
    expect(await get(path)).toMatchObject({
      status: 404,
      body: { ErrorMessage: 'Configuration with the specified name was not found' }
    })
  }
)

it.each([
  ['another client', { client: 'xsuaa' }],
  ['a user of the application', { user: 'alice' }],
  ['expired', { client: 'destination', expiresIn: -1 }],
  ['another issuer', { client: 'destination', claims: { iss: 'https://other' } }]
])('401 for a token of %s', async (_, request) => {
  const response = await get('destinations/S4', await emulator.issueToken(request))
  expect(response).toMatchObject({
    status: 401,
    body: { ErrorMessage: 'Unable to parse the JWT in Authorization Header.' }
  })
})

it('401 without a token, and with a changed one', async () => {
  const token = await emulator.issueToken({ client: 'destination' })
  expect((await get('destinations/S4', ' ')).status).toBe(401)
  expect((await get('destinations/S4', token.slice(0, -8) + 'AAAAAAAA')).status).toBe(401)
  expect(claimsOf(token).azp).toBe(credentials(emulator, 'destination')['clientid'])
})

it('a token from another emulator is worth nothing', async () => {
  const other = await startEmulator(options)
  const token = await other.issueToken({ client: 'destination' })
  await other.stop()
  expect((await get('destinations/S4', token)).status).toBe(401)
})

it('only reads, and knows no other path', async () => {
  const token = await emulator.issueToken({ client: 'destination' })
  const base = `${credentials(emulator, 'destination')['uri']}/destination-configuration/v1`
  const request = { ca: emulator.ca, headers: { authorization: `Bearer ${token}` } }
  expect((await send(`${base}/destinations/S4`, { ...request, method: 'DELETE' })).status).toBe(405)
  for (const [method, path] of [
    ['POST', 'subaccountDestinations'],
    ['DELETE', 'instanceDestinations/S4'],
    ['GET', 'subaccountDestinations?$filter=x'],
    ['GET', 'instanceDestinationFragments']
  ] as const) {
    const { status, body } = await send(`${base}/${path}`, { ...request, method })
    expect({ path, status }).toEqual({ path, status: 501 })
    expect(body.ErrorMessage).toMatch(/is not emulated/)
  }
  expect((await send(`${base}/destinations/S4/x`, request)).status).toBe(404)
  expect((await send(new URL('/', base).href, request)).status).toBe(404)
})

it('refuses a property that is no text', async () => {
  const destinations = { S4: { URL: { a: 1 } } } as never
  await expect(startEmulator({ ...options, destinations })).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: 'destinations.S4.URL must be a string or a boolean'
  })
})

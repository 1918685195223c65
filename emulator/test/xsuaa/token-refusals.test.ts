import { generateKeyPairSync, sign } from 'node:crypto'
import { connect } from 'node:tls'
import { text } from 'node:stream/consumers'
import { startEmulator, type Emulator } from '../../src/index.js'
import { claimsOf, credentials, headerOf, requestToken, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let emulator: Emulator
beforeAll(async () => (emulator = await startEmulator(options)))
afterAll(() => emulator.stop())

const exchange = (assertion: string) =>
  requestToken(emulator, { grant_type: JWT_BEARER, assertion })

/** A token of the same shape, signed with another key. */
function forge(token: string, header: object = {}, claims: object = {}): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const content = `${encode({ ...headerOf(token), ...header })}.${encode({ ...claimsOf(token), ...claims })}`
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`
}

it('a wrong client secret: 401 with a challenge', async () => {
  const client = { ...credentials(emulator), clientsecret: 'wrong' }
  const response = await requestToken(emulator, { grant_type: 'client_credentials' }, {}, client)
  expect(response).toMatchObject({
    status: 401,
    body: { error: 'unauthorized', error_description: 'Bad credentials' }
  })
  expect(response.headers['www-authenticate']).toMatch(/^Basic realm="UAA\/client"/)
})

it.each([
  [
    'unknown user',
    { grant_type: 'password', username: 'mallory' },
    401,
    'unauthorized',
    'Bad credentials'
  ],
  [
    'inherited name',
    { grant_type: 'password', username: 'toString' },
    401,
    'unauthorized',
    'Bad credentials'
  ],
  ['wildcard', { grant_type: 'password', username: '*' }, 401, 'unauthorized', 'Bad credentials'],
  [
    'wrong password',
    { grant_type: 'password', username: 'bob', password: 'x' },
    401,
    'unauthorized',
    'Bad credentials'
  ],
  ['unknown grant', { grant_type: 'implicit' }, 401, 'invalid_client', 'Unauthorized grant type'],
  ['no grant', {}, 400, 'invalid_request', 'Missing grant type'],
  [
    'foreign scope',
    { grant_type: 'password', username: 'eve', scope: 'x.y' },
    400,
    'invalid_scope',
    "User does not meet the client's required group criteria."
  ],
  ['no assertion', { grant_type: JWT_BEARER }, 401, 'unauthorized', 'Assertion is missing'],
  [
    'no JWT',
    { grant_type: JWT_BEARER, assertion: 'a.b.c' },
    401,
    'invalid_token',
    'Invalid token (could not decode)'
  ],
  [
    'long assertion',
    { grant_type: JWT_BEARER, assertion: 'x'.repeat(17_000) },
    400,
    'invalid_request',
    'Assertion is too long'
  ],
  [
    'no refresh token',
    { grant_type: 'refresh_token' },
    400,
    'invalid_grant',
    'Refresh token is missing'
  ],
  [
    'unknown refresh token',
    { grant_type: 'refresh_token', refresh_token: 'x' },
    401,
    'invalid_token',
    'The token expired, was revoked, or the token ID is incorrect.'
  ]
])('%s', async (_, parameters, status, error, error_description) => {
  const response = await requestToken(emulator, parameters)
  expect(response).toMatchObject({ status, body: { error, error_description } })
})

it('a technical token as assertion', async () => {
  expect(await exchange(await emulator.issueToken({}))).toMatchObject({
    status: 401,
    body: {
      error: 'unauthorized',
      error_description: 'Unable to map issuer: Origin claim is missing in the token.'
    }
  })
})

it('an expired assertion', async () => {
  const assertion = await emulator.issueToken({ user: 'alice', expiresIn: -1 })
  const { status, body } = await exchange(assertion)
  expect(status).toBe(401)
  expect(body.error_description).toMatch(/^Token expired at \d{4}-/)
})

it('assertions that were not signed here', async () => {
  const token = await emulator.issueToken({ user: 'alice' })
  expect((await exchange(forge(token))).body).toEqual({
    error: 'invalid_token',
    error_description: 'Could not verify token signature.'
  })
  expect((await exchange(forge(token, { kid: 'k' }))).body.error_description).toBe(
    'Token header claim [kid] references unknown signing key : [k]'
  )
  expect((await exchange(forge(token, {}, { iss: 'https://idp' }))).body.error_description).toBe(
    'Unable to map issuer: No identity provider found for issuer: https://idp'
  )
  const none = `${Buffer.from(JSON.stringify({ ...headerOf(token), alg: 'none' })).toString('base64url')}.${token.split('.')[1]}.`
  expect((await exchange(none)).status).toBe(401)
})

it('methods other than GET and POST', async () => {
  const { ca, url } = emulator
  expect(await send(`${url}/oauth/token`, { ca, method: 'PUT' })).toMatchObject({
    status: 405,
    headers: { allow: 'GET, POST' },
    body: { error_description: "Request method 'PUT' not supported" }
  })
})

it('a body of more than 64 kB', async () => {
  const parameters = { grant_type: 'password', username: 'x'.repeat(70_000) }
  expect((await requestToken(emulator, parameters)).status).toBe(413)
})

it('parameters that are there twice, also in the URL and the body', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = { method: 'POST', ca: emulator.ca, headers }
  const token = `${emulator.url}/oauth/token`
  const twice = await send(token, { ...post, body: 'client_id=a&client_id=b' })
  const inBoth = await send(`${token}?client_id=a`, { ...post, body: 'client_id=a' })
  for (const { status, body } of [twice, inBoth]) {
    expect({ status, ...body }).toMatchObject({ status: 400, error: 'invalid_request' })
  }
})

it('a client id that is not that of the Basic header', async () => {
  const { clientid, clientsecret } = credentials(emulator)
  const authorization = `Basic ${Buffer.from(`${clientid}:${clientsecret}`).toString('base64')}`
  const parameters = { grant_type: 'client_credentials', client_id: 'sb-other!t1' }
  expect(await requestToken(emulator, parameters, { authorization })).toMatchObject({
    status: 401,
    body: {
      error: 'invalid_client',
      error_description: 'Given client ID does not match authenticated client'
    }
  })
})

it.each(['a:b', '%:b', `sb-maintenance!t1:${'x'.repeat(43)}`])(
  'the Basic header %s, whatever the body has',
  async (text) => {
    const authorization = `Basic ${Buffer.from(text).toString('base64')}`
    const parameters = { grant_type: 'client_credentials' }
    expect(await requestToken(emulator, parameters, { authorization })).toMatchObject({
      status: 401,
      body: { error: 'unauthorized', error_description: 'Bad credentials' }
    })
  }
)

it('a form that is no form has no parameters', async () => {
  const headers = { 'content-type': 'application/json' }
  const { status } = await requestToken(emulator, { grant_type: 'client_credentials' }, headers)
  expect(status).toBe(401)
})

it('only the grants that xs-security.json allows', async () => {
  const xsSecurity = {
    ...options.xsSecurity,
    'oauth2-configuration': { 'grant-types': ['password'], 'token-validity': 60 }
  }
  const strict = await startEmulator({ ...options, xsSecurity })
  try {
    const { body } = await requestToken(strict, { grant_type: 'password', username: 'alice' })
    expect(body.expires_in).toBe(59)
    const refused = await requestToken(strict, { grant_type: 'client_credentials' })
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  } finally {
    await strict.stop()
  }
})

it('token keys, with and without a known zid', async () => {
  const { ca, url } = emulator
  const { tenantid, verificationkey } = credentials(emulator)
  const { kid } = headerOf(await emulator.issueToken({}))
  const keys = await send(`${url}/token_keys?zid=${tenantid}`, { ca })
  expect(keys.body.keys).toEqual([
    expect.objectContaining({ kty: 'RSA', alg: 'RS256', use: 'sig', kid, value: verificationkey })
  ])
  expect(Object.keys(keys.body.keys[0])).not.toContain('d')
  expect((await send(`${url}/token_keys`, { ca })).status).toBe(200)
  expect((await send(`${url}/token_key`, { ca })).body.kid).toBe(kid)
  expect((await send(`${url}/token_keys?zid=other`, { ca })).status).toBe(400)
  expect((await send(`${url}/.well-known/openid-configuration`, { ca })).body).toMatchObject({
    token_endpoint: `${url}/oauth/token`,
    jwks_uri: `${url}/token_keys`
  })
  expect((await send(`${url}/constructor`, { ca })).status).toBe(404)
})

it('another host name than this machine: 421, against DNS rebinding', async () => {
  const { ca, url } = emulator
  const headers = { host: 'evil.example' }
  expect((await send(`${url}/token_keys`, { ca, headers, servername: 'localhost' })).status).toBe(
    421
  )
  const socket = connect({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    servername: 'localhost',
    ca
  })
  socket.end('GET //evil.example/x HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n')
  expect(await text(socket)).toMatch(/^HTTP\/1.1 421 /)
})

it('the record names client and grant, and nothing secret', async () => {
  const { body } = await requestToken(emulator, {
    grant_type: 'password',
    username: 'bob',
    password: 'builder'
  })
  const record = emulator.requests('xsuaa')
  expect(record.at(-1)).toEqual({
    at: expect.any(String),
    method: 'POST',
    path: '/oauth/token',
    status: 200,
    grant: 'password',
    client: credentials(emulator).clientid
  })
  const text = JSON.stringify(record)
  expect(text).not.toContain(body.access_token)
  expect(text).not.toContain(credentials(emulator).clientsecret)
  expect(text).not.toContain('builder')
})

import { type Emulator, startEmulator } from '../../src/index.js'
import {
  CLIENT_AT_PROVIDER,
  createCorporateProvider,
  type CorporateProvider,
  serveKeys
} from '../support/corporate-provider.js'
import { claimsOf } from '../support/http.js'
import { identityCredentials, identityOptions, requestIdentityToken } from '../support/identity.js'

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let inline: CorporateProvider
let remote: CorporateProvider
let stranger: CorporateProvider
let keys: Awaited<ReturnType<typeof serveKeys>>
let emulator: Emulator
beforeAll(async () => {
  inline = await createCorporateProvider()
  remote = await createCorporateProvider('https://other.corporate.example')
  stranger = await createCorporateProvider()
  keys = await serveKeys(remote.jwks)
  emulator = await startEmulator({
    ...identityOptions,
    identity: {
      ...(identityOptions.identity as object),
      corporateIdentityProviders: {
        inline: { issuer: inline.issuer, clientId: CLIENT_AT_PROVIDER, jwks: inline.jwks },
        remote: { issuer: remote.issuer, jwksUri: keys.uri, subjectNameIdentifier: 'sub' }
      }
    }
  })
})
afterAll(async () => {
  await emulator.stop()
  keys.stop()
})

const exchange = (assertion: string, more: Record<string, string> = {}) =>
  requestIdentityToken(emulator, { grant_type: GRANT, assertion, ...more })

test('an ID token becomes one of the tenant: the user with that e-mail address', async () => {
  const { status, body } = await exchange(await inline.idToken())
  const { url, clientid } = identityCredentials(emulator)
  expect(status).toBe(200)
  expect(claimsOf(body.id_token)).toMatchObject({
    iss: url,
    azp: clientid,
    preferred_username: 'alice',
    email: 'alice@example.com',
    groups: ['staff'],
    sap_id_type: 'user'
  })
  expect(body).toMatchObject({ refresh_token: expect.any(String), token_type: 'Bearer' })
})

test('the access token is opaque unless a JWT is requested', async () => {
  const { body: opaque } = await exchange(await inline.idToken())
  expect(opaque.access_token).toMatch(/^[0-9a-f]{64}$/)
  const { body: jwt } = await exchange(await inline.idToken(), { token_format: 'jwt' })
  expect(claimsOf(jwt.access_token)).toMatchObject({ preferred_username: 'alice' })
  const { body: wrong } = await exchange(await inline.idToken(), { token_format: 'saml' })
  expect(wrong.error).toBe('invalid_request')
})

test('an opaque access token is a subject token of token-exchange', async () => {
  const { body } = await exchange(await inline.idToken())
  const { body: exchanged } = await requestIdentityToken(emulator, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: body.access_token as string,
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token'
  })
  expect(claimsOf(exchanged.id_token)).toMatchObject({ preferred_username: 'alice' })
})

test('the issuer of the tenant is an audience as well; keys by their address; the claim sub', async () => {
  const { url: aud } = identityCredentials(emulator)
  const { body } = await exchange(await remote.idToken({ aud, sub: 'alice@example.com' }))
  expect(claimsOf(body.id_token)).toMatchObject({ preferred_username: 'alice' })
})

test('with app_tid: the user of the subscriber', async () => {
  const app_tid = 'customer-1'
  const { body } = await exchange(await inline.idToken(), { app_tid })
  expect(claimsOf(body.id_token)).toMatchObject({ app_tid, preferred_username: 'alice' })
})

test.each<[string, () => Promise<string>]>([
  ['of another audience', () => inline.idToken({ aud: 'another-client' })],
  ['with a key that is not that of the issuer', () => stranger.idToken()],
  ['that has expired', () => inline.idToken({}, '-1 minute')],
  ['without the claim that names the user', () => inline.idToken({ email: '' })],
  ['about somebody who is no user', () => inline.idToken({ email: 'nobody@example.com' })],
  ['for a client of a provider without clientId', () => remote.idToken()],
  [
    'of a provider that is not configured',
    async () => (await createCorporateProvider('https://x.example')).idToken()
  ]
])('an ID token %s is refused', async (_, token) => {
  const { status, body } = await exchange(await token())
  expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_grant' })
  expect(body).not.toHaveProperty('id_token')
})

test('the grant token-exchange accepts tokens of the tenant only', async () => {
  const { body } = await requestIdentityToken(emulator, {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: await inline.idToken(),
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt'
  })
  expect(body.error).toBe('invalid_grant')
})

const idp = { issuer: 'https://a.example', jwks: { keys: [] } }

test.each<[object, RegExp]>([
  [{ idp: { ...idp, issuer: '' } }, /corporateIdentityProviders\.idp needs "issuer"/],
  [{ idp: { issuer: 'https://a.example' } }, /\.idp needs either "jwks".* or "jwksUri"/],
  [{ idp: { ...idp, jwks: {} } }, /\.idp\.jwks must be a JSON web key set/],
  [
    { idp: { issuer: 'https://a.example', jwksUri: 'https://a.example/jwks' } },
    /\.idp\.jwksUri must be a URL on this machine/
  ],
  [
    { idp: { ...idp, subjectNameIdentifier: 'mail' } },
    /\.subjectNameIdentifier is "mail": did you mean "email"/
  ],
  [{ a: idp, b: idp }, /two of them have the issuer "https:\/\/a\.example"/],
  [{ idp: { ...idp, clientID: 'x' } }, /"clientID".*did you mean "clientId"/]
])('%j stops the start', async (corporateIdentityProviders, message) => {
  const identity = { corporateIdentityProviders }
  await expect(startEmulator({ ...identityOptions, identity } as never)).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message) as string
  })
})

test('accessTokenFormat: by the grant, or always opaque; a wrong one stops the start', async () => {
  const own = await startEmulator({
    ...identityOptions,
    identity: { accessTokenFormat: 'default' }
  })
  try {
    const credentials = identityCredentials(own)
    const token = async (form: Record<string, string>) =>
      (await requestIdentityToken(own, form, credentials)).body.access_token as string
    const technical = { grant_type: 'client_credentials' }
    expect(claimsOf(await token(technical))).toMatchObject({ sap_id_type: 'app' })
    const logOn = { grant_type: 'password', username: 'alice', password: 'any' }
    expect(await token(logOn)).toMatch(/^[0-9a-f]{64}$/)
    expect(await token({ ...technical, token_format: 'opaque' })).toMatch(/^[0-9a-f]{64}$/)
  } finally {
    await own.stop()
  }
  const identity = { accessTokenFormat: 'JWT' }
  await expect(startEmulator({ ...identityOptions, identity } as never)).rejects.toMatchObject({
    message: expect.stringMatching(/accessTokenFormat is "JWT": did you mean "jwt"/) as string
  })
})

import { type Emulator, type EmulatorOptions, startEmulator } from '../../src/index.js'
import { claimsOf, send } from '../support/http.js'
import { options as common } from '../support/maintenance.js'
import { identityCredentials, identityOptions, requestIdentityToken } from '../support/identity.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

let emulator: Emulator
let own: ReturnType<typeof identityCredentials>
beforeAll(async () => {
  emulator = await startEmulator(identityOptions)
  own = identityCredentials(emulator)
})
afterAll(() => emulator.stop())

const password = { grant_type: 'password', username: 'alice', password: 'any' }

async function token(parameters: Record<string, string>, client = own) {
  const { status, body } = await requestIdentityToken(emulator, parameters, client)
  return { status, body, claims: body.access_token && claimsOf(body.access_token) }
}

describe('refusals', () => {
  test.each<[string, number, string, () => Promise<Record<string, string>>, object?]>([
    ['wrong secret', 401, 'invalid_client', async () => password, { clientsecret: 'x' }],
    ['unknown client', 401, 'invalid_client', async () => password, { clientid: 'x' }],
    ['unknown user', 400, 'invalid_grant', async () => ({ ...password, username: 'zoe' })],
    ['wrong password', 400, 'invalid_grant', async () => ({ ...password, username: 'bob' })],
    [
      'a user of another tenant',
      400,
      'invalid_grant',
      async () => ({ ...password, username: 'bob', password: 'builder', app_tid: 'customer-1' })
    ],
    ['not subscribed', 401, 'invalid_client', async () => ({ ...password, app_tid: 'nobody' })],
    ['no grant', 400, 'unsupported_grant_type', async () => ({})],
    [
      'unknown grant',
      400,
      'unsupported_grant_type',
      async () => ({ grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer', assertion: 'x' })
    ],
    [
      'unknown code',
      400,
      'invalid_grant',
      async () => ({ grant_type: 'authorization_code', code: 'x' })
    ],
    ['no assertion', 400, 'invalid_grant', async () => ({ grant_type: JWT_BEARER })],
    [
      'a technical assertion',
      400,
      'invalid_grant',
      async () => ({
        grant_type: JWT_BEARER,
        assertion: await emulator.issueToken({ issuer: 'ias' })
      })
    ],
    [
      'an assertion that has expired',
      400,
      'invalid_grant',
      async () => ({
        grant_type: JWT_BEARER,
        assertion: await emulator.issueToken({ issuer: 'ias', user: 'alice', expiresIn: -60 })
      })
    ],
    [
      'an assertion of XSUAA',
      400,
      'invalid_grant',
      async () => ({
        grant_type: JWT_BEARER,
        assertion: await emulator.issueToken({ user: 'alice' })
      })
    ],
    [
      'an assertion for somebody else',
      400,
      'invalid_grant',
      async () => ({
        grant_type: JWT_BEARER,
        assertion: await emulator.issueToken({
          ...{ issuer: 'ias', user: 'alice' },
          claims: { aud: 'x', azp: 'x' }
        })
      })
    ],
    [
      'an assertion of another tenant',
      400,
      'invalid_grant',
      async () => ({
        grant_type: JWT_BEARER,
        assertion: await emulator.issueToken({ issuer: 'ias', user: 'alice' }),
        app_tid: 'customer-1'
      })
    ]
  ])('%s: %i %s', async (_, status, error, parameters, client = {}) => {
    const answer = await token(await parameters(), { ...own, ...client })
    expect({ status: answer.status, error: answer.body.error }).toEqual({ status, error })
  })

  test.each<[string, object]>([
    ['x-client_id', { 'x-client_id': 'x' }],
    ['x-app_tid', { 'x-app_tid': 'nobody' }],
    ['x-azp', { 'x-azp': 'x' }],
    ['x-azp_app_tid', { 'x-azp_app_tid': 'nobody' }],
    ['x-client_cert', { 'x-client_cert': 'x' }]
  ])('keys for an unknown %s: 400', async (name, wrong) => {
    const headers = { 'x-client_id': own['clientid'] ?? '', ...wrong }
    const answer = await send(`${own['url']}/oauth2/certs`, { ca: emulator.ca, headers })
    expect(answer.status).toBe(400)
    expect(answer.body.error_description).toContain(name)
  })

  test('keys without headers, and for everything that is right', async () => {
    for (const headers of [{}, { 'x-client_id': own['clientid']!, 'x-app_tid': 'customer-1' }]) {
      const { status, body } = await send(`${own['url']}/oauth2/certs`, {
        ca: emulator.ca,
        headers
      })
      expect(status).toBe(200)
      expect(body.keys).toEqual([expect.objectContaining({ kty: 'RSA', use: 'sig', alg: 'RS256' })])
    }
  })

  test.each([
    ['GET', '/oauth2/token', 405],
    ['POST', '/oauth2/certs', 405],
    ['GET', '/oauth2/introspect', 405],
    ['GET', '/oauth2/authorize', 400],
    ['GET', '/oauth2/nothing', 404],
    ['POST', '/oauth2/token/list', 501],
    ['GET', '/scim/Users', 501],
    ['GET', '/saml2/idp/sso', 501]
  ])('%s %s: %i', async (method, path, status) => {
    const answer = await send(own['url'] + path, { method, ca: emulator.ca })
    expect(answer.status).toBe(status)
  })
})

test.each<[string, EmulatorOptions['identity'], string]>([
  [
    'an unknown application',
    { dependencies: { o: { application: 'order' } }, applications: { orders: {} } },
    'identity.dependencies.o.application is "order": did you mean "orders"?'
  ],
  [
    'an API that is not provided',
    { providedApis: ['Read'], applications: { orders: { consumes: ['Raed'] } } },
    'identity.applications.orders.consumes is "Raed": did you mean "Read"?'
  ],
  [
    'an unknown credential type',
    { credentialType: 'X509' as never },
    'identity.credentialType is "X509": use one of SECRET, X509_GENERATED'
  ],
  [
    'an unknown subject',
    { subjectNameIdentifier: 'email' as never },
    'identity.subjectNameIdentifier is "email": did you mean "mail"?'
  ],
  ['a short validity', { tokenValidity: 5 }, 'identity.tokenValidity must be a whole number']
])('%s stops the start', async (_, identity, message) => {
  await expect(startEmulator({ ...common, identity: identity ?? false })).rejects.toThrow(message)
})

test('without the option there is none', async () => {
  const without = await startEmulator(common)
  const attempt = without.issueToken({ issuer: 'ias', user: 'alice' })
  await expect(attempt).rejects.toThrow('switch it on with the option "identity"')
  expect(without.vcapServices()).not.toHaveProperty('identity')
  await without.stop()
})

import { type Emulator, startEmulator } from '../../src/index.js'
import { readAssertion } from '../../src/saml/read-assertion.js'
import { receiveAssertion, verifySignature } from '../../src/saml/verify-signature.js'
import { claimsOf, requestToken, send } from '../support/http.js'
import { identityCredentials, identityOptions, requestIdentityToken } from '../support/identity.js'

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const SAML2_BEARER = 'urn:ietf:params:oauth:grant-type:saml2-bearer'
const TYPE = 'urn:ietf:params:oauth:token-type:'
const NAME = 'urn:sap:identity:application:provider:name:'
const FAR = { entityId: 'https://far.example', recipient: 'https://far.example/token' }

let emulator: Emulator
beforeAll(async () => {
  const { identity } = identityOptions
  const { applications, dependencies, ...others } = identity as never as Record<string, object>
  emulator = await startEmulator({
    ...identityOptions,
    identity: {
      ...others,
      applications: {
        ...applications,
        far: { saml: { ...FAR, subjectNameIdentifier: 'loginName' } },
        near: { saml: true }
      },
      dependencies: {
        ...dependencies,
        'far-saml': { application: 'far' },
        near: { application: 'near' }
      }
    },
    trust: { ias: { identityTrust: true, roleCollections: { staff: 'Technician' } } }
  })
})
afterAll(() => emulator.stop())

async function exchange(parameters: Record<string, string>, user = 'alice', changes: object = {}) {
  const subject_token = await emulator.issueToken({ issuer: 'ias', user, ...changes })
  const subject_token_type = `${TYPE}jwt`
  const form = { grant_type: GRANT, subject_token, subject_token_type, ...parameters }
  return requestIdentityToken(emulator, form)
}

const SAML = { requested_token_type: `${TYPE}saml2` }

/** Verified with the key that the metadata publish. */
async function verified(encoded: string) {
  const { url } = identityCredentials(emulator)
  const { text } = await send(`${url}/saml2/metadata`, { ca: emulator.ca })
  const [, pem = ''] = /X509Certificate>([^<]+)</.exec(text) ?? []
  const certificate = `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----`
  const received = receiveAssertion(Buffer.from(encoded, 'base64url').toString())
  const assertion = readAssertion(verifySignature(received, [certificate]))
  expect(text).toContain(`entityID="${assertion.issuer}"`)
  return assertion
}

test('without a requested type: tokens of the same user, as with jwt-bearer', async () => {
  const { body } = await exchange({})
  expect(body).toMatchObject({ token_type: 'Bearer', issued_token_type: `${TYPE}access_token` })
  expect(claimsOf(body.id_token)).toMatchObject({
    preferred_username: 'alice',
    sap_id_type: 'user'
  })
})

test('for another application: an access token, whatever is requested', async () => {
  const resource = `${NAME}orders-read`
  const { body } = await exchange({ resource, requested_token_type: `${TYPE}id_token` })
  expect(body).toMatchObject({ issued_token_type: `${TYPE}access_token` })
  expect(claimsOf(body.access_token).ias_apis).toEqual(['Orders.Read'])
})

test('for an application with SAML: an assertion about the user, for its audience and recipient', async () => {
  const { status, body } = await exchange({ ...SAML, resource: `${NAME}far-saml` })
  expect({ status, ...body, access_token: '' }).toEqual({
    status: 200,
    access_token: '',
    issued_token_type: `${TYPE}saml2`,
    token_type: 'Bearer',
    expires_in: 600
  })
  const { subject, audiences, confirmations, attributes, notOnOrAfter } = await verified(
    body.access_token
  )
  expect(subject.value).toBe('alice')
  expect(audiences).toEqual([[FAR.entityId]])
  expect(confirmations.map(({ recipient }) => recipient)).toEqual([FAR.recipient])
  expect(Object.fromEntries(attributes)).toMatchObject({
    mail: ['alice@example.com'],
    Groups: ['staff']
  })
  const seconds = (Number(notOnOrAfter) - Date.now()) / 1000
  expect(seconds).toBeGreaterThan(500)
  expect(seconds).toBeLessThanOrEqual(600)
})

test('parameters can be part of the URL, as destinations send them', async () => {
  const { url, clientid = '', clientsecret = '' } = identityCredentials(emulator)
  const subject_token = await emulator.issueToken({ issuer: 'ias', user: 'alice' })
  const query = new URLSearchParams({ ...SAML, resource: `${NAME}far-saml` })
  const form = {
    grant_type: GRANT,
    client_id: clientid,
    client_secret: clientsecret,
    subject_token
  }
  const { status } = await send(`${url}/oauth2/token?${query}`, {
    method: 'POST',
    ca: emulator.ca,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, subject_token_type: `${TYPE}jwt` }).toString()
  })
  expect(status).toBe(200)
})

test('the XSUAA of the landscape takes one that is for it, where it trusts the tenant, and only once', async () => {
  const { body } = await exchange({ ...SAML, resource: `${NAME}near` })
  const form = { grant_type: SAML2_BEARER, assertion: body.access_token as string }
  const { body: token } = await requestToken(emulator, form)
  expect(claimsOf(token.access_token)).toMatchObject({
    user_name: 'alice@example.com',
    origin: 'ias',
    scope: ['openid', 'maintenance!t1.Viewer', 'maintenance!t1.Technician']
  })
  const { status, body: again } = await requestToken(emulator, form)
  expect({ status, again }).toMatchObject({ status: 401, again: { error: 'unauthorized' } })
})

test.each<[string, Record<string, string>, object, string]>([
  ['no type of the subject token', { subject_token_type: '' }, {}, 'invalid_request'],
  ['another one', { subject_token_type: `${TYPE}refresh_token` }, {}, 'invalid_request'],
  ['an unknown requested type', { requested_token_type: `${TYPE}saml1` }, {}, 'invalid_request'],
  ['an assertion for nobody', SAML, {}, 'invalid_target'],
  [
    'an assertion for OpenID Connect',
    { ...SAML, resource: `${NAME}orders-all` },
    {},
    'invalid_target'
  ],
  ['an assertion for a stranger', { ...SAML, resource: `${NAME}none` }, {}, 'invalid_target'],
  ['a JWT for SAML', { resource: `${NAME}far-saml` }, {}, 'invalid_target'],
  ['an expired token', SAML, { expiresIn: -60 }, 'invalid_grant'],
  ['a technical token', SAML, { user: undefined }, 'invalid_grant'],
  ["another application's token", SAML, { claims: { aud: 'x', azp: 'x' } }, 'invalid_grant'],
  ['no token', { ...SAML, subject_token: '' }, {}, 'invalid_grant']
])('%s is refused', async (_, parameters, changes, error) => {
  const { status, body } = await exchange(parameters, 'alice', changes)
  expect({ status, error: body.error }).toEqual({ status: 400, error })
})

test('a token of XSUAA is none of this tenant', async () => {
  const subject_token = await emulator.issueToken({ user: 'alice' })
  const { body } = await exchange({ subject_token, ...SAML, resource: `${NAME}far-saml` })
  expect(body.error).toBe('invalid_grant')
})

test.each<[object, RegExp]>([
  [{ entityId: 'x' }, /applications\.far\.saml needs "entityId".* and "recipient", a URL/],
  [{ ...FAR, recipient: 'x' }, /"recipient", a URL/],
  [
    { ...FAR, subjectNameIdentifier: 'email' },
    /saml\.subjectNameIdentifier is "email": did you mean "mail"/
  ]
])('an application with SAML: %j stops the start', async (saml, message) => {
  const identity = { applications: { far: { saml } } }
  await expect(startEmulator({ ...identityOptions, identity } as never)).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message) as string
  })
})

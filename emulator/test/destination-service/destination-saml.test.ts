import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

import { type Emulator, startEmulator } from '../../src/index.js'
import { readAssertion } from '../../src/saml/read-assertion.js'
import { receiveAssertion, verifySignature } from '../../src/saml/verify-signature.js'
import { TOKEN_EXCHANGE } from '../../../test/support/descriptor.js'
import { claimsOf, credentials, send } from '../support/http.js'
import { options, users, xsSecurity } from '../support/maintenance.js'

const TARGET = { URL: 'https://x.example', authnContextClassRef: 'urn:x:previous' }
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const OWN = {
  ...TARGET,
  Authentication: 'OAuth2SAMLBearerAssertion',
  tokenServiceUser: 'sb-maintenance!t1'
}
const ASSERTION = { ...TARGET, Authentication: 'SAMLAssertion', audience: 'https://s4.example' }

let emulator: Emulator
/** A token service of another system: what it was asked, and what it answers. */
let server: Server
let asked: { headers: Record<string, unknown>; form: URLSearchParams; url: string | undefined }
let answer: { status: number; body: string }

beforeAll(async () => {
  server = createServer((req, res) => {
    void text(req).then((body) => {
      asked = { headers: req.headers, form: new URLSearchParams(body), url: req.url }
      res.writeHead(answer.status).end(answer.body)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const tokenServiceURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/oauth2/token`
  const FOREIGN = { ...OWN, tokenServiceURL, audience: 'https://s4.example' }
  emulator = await startEmulator({
    ...options,
    xsSecurity: {
      ...xsSecurity,
      'role-templates': [...xsSecurity['role-templates'], TOKEN_EXCHANGE]
    },
    users: {
      ...users,
      alice: { roles: ['Technician', 'Token_Exchange'], attr: { plant: ['1010'] } }
    },
    trust: { subaccount: { destinationTrust: true, users: { alice: { roles: ['Viewer'] } } } },
    tenants: { other: { destinations: { ASSERTION } } },
    destinations: {
      OWN,
      WRONG_CLIENT: { ...OWN, tokenServicePassword: 'x' },
      WRONG_AUDIENCE: { ...OWN, audience: 'https://other.example' },
      WRONG_RECIPIENT: { ...OWN, assertionRecipient: 'https://other.example' },
      WRONG_ISSUER: { ...OWN, assertionIssuer: 'https://other.example' },
      SYSTEM_USER: { ...OWN, SystemUser: 'BATCH' },
      FOREIGN: {
        ...{ ...FOREIGN, tokenServicePassword: 'geheim', clientKey: 'KEY', scope: 'API_1 API_2' },
        ...{ 'tokenService.body.resource': 'r', 'tokenServiceURL.headers.x-a': 'b' },
        'tokenServiceURL.queries.tenant': '1 &'
      },
      ELSEWHERE: { ...FOREIGN, tokenServiceURL: 'https://token.example/oauth/token' },
      NO_AUDIENCE: { ...FOREIGN, audience: '' },
      ON_PREMISE: { ...OWN, ProxyType: 'OnPremise' },
      CLIENT_PROVIDED: { ...OWN, SAMLAssertionProvider: 'ClientProvided' },
      ASSERTION: { ...ASSERTION, nameIdFormat: EMAIL, nameQualifier: 'q', clientKey: '' },
      CERTIFICATE: {
        ...{ ...ASSERTION, includeSigningCertificateInSAMLAssertion: true },
        ...{
          assertionRecipient: 'https://s4.example/acs',
          userIdSource: "$.['xs.user.attributes'].plant[0]"
        },
        ...{ skipUserAttributesPrefixInSAMLAttributes: true, samlAssertionEncoding: 'base64url' }
      },
      UNKNOWN_FORMAT: { ...ASSERTION, nameIdFormat: 'urn:x' },
      UNKNOWN_SOURCE: { ...ASSERTION, userIdSource: 'employee' },
      ATTRIBUTE: { ...ASSERTION, userIdSource: 'plant' },
      UNKNOWN_PATH: { ...ASSERTION, userIdSource: '$..plant' },
      UNKNOWN_ENCODING: { ...ASSERTION, samlAssertionEncoding: 'hex' },
      SSO: { ...TARGET, Authentication: 'SAPAssertionSSO' }
    }
  })
})
afterAll(async () => {
  await emulator.stop()
  server.close()
})
beforeEach(() => {
  answer = {
    status: 200,
    body: '{"access_token":"opaque","token_type":"Bearer","expires_in":1800}'
  }
})

async function get(path: string, headers: Record<string, string> = {}, zid?: string) {
  const token = await emulator.issueToken({
    client: 'destination',
    ...(zid && { claims: { zid } })
  })
  const url = `${credentials(emulator, 'destination')['uri']}/destination-configuration/v1/${path}`
  return send(url, { ca: emulator.ca, headers: { authorization: `Bearer ${token}`, ...headers } })
}

const userToken = (user: string, more = {}) => emulator.issueToken({ user, ...more })

/** The entry in `authTokens`; the answer is 200 whatever comes out. */
async function tokenFor(name: string, token?: string) {
  const { status, body } = await get(`destinations/${name}`, token ? { 'x-user-token': token } : {})
  expect(status).toBe(200)
  return body.authTokens[0]
}

async function assertionOf(value: string, encoding: BufferEncoding = 'base64', zid?: string) {
  const { text: certificate } = await get('saml2Metadata/certificate', {}, zid)
  const xml = Buffer.from(value, encoding).toString()
  return { xml, assertion: readAssertion(verifySignature(receiveAssertion(xml), [certificate])) }
}

describe('OAuth2SAMLBearerAssertion', () => {
  test('at the emulated XSUAA: a token of its client for the same user, by the trust configuration', async () => {
    const token = await tokenFor('OWN', await userToken('alice'))
    expect(token).toEqual({
      ...{
        type: 'bearer',
        value: token.value,
        expires_in: '43199',
        scope: 'openid maintenance!t1.Viewer'
      },
      http_header: { key: 'Authorization', value: `Bearer ${token.value}` }
    })
    expect(claimsOf(token.value)).toMatchObject({
      ...{ user_name: 'alice', email: 'alice@this-default-was-not-configured.invalid' },
      ...{ origin: 'subaccount', azp: 'sb-maintenance!t1' },
      grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer'
    })
    expect(emulator.requests('xsuaa').at(-1)).toMatchObject({
      grant: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
      path: '/oauth/token/alias/maintenance.emulated'
    })
  })

  test('at the token service of another system, with everything that the destination says', async () => {
    const token = await tokenFor('FOREIGN', await userToken('alice'))
    expect(token).toEqual({
      ...{ type: 'Bearer', value: 'opaque', expires_in: '1800' },
      http_header: { key: 'Authorization', value: 'Bearer opaque' }
    })
    const { assertion: value, ...form } = Object.fromEntries(asked.form)
    expect({ form, url: asked.url }).toEqual({
      form: {
        grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer',
        ...{ client_id: 'KEY', scope: 'API_1 API_2', resource: 'r' }
      },
      url: '/oauth2/token?tenant=1+%26'
    })
    expect(asked.headers).toMatchObject({
      'x-a': 'b',
      authorization: `Basic ${Buffer.from('sb-maintenance!t1:geheim').toString('base64')}`
    })
    expect(value).toMatch(/^[\w-]+$/)
    const { assertion } = await assertionOf(value!, 'base64url')
    expect(assertion).toMatchObject({
      subject: { value: 'alice' },
      audiences: [['https://s4.example']],
      confirmations: [{ recipient: expect.stringMatching(/^http:.*\/oauth2\/token\?tenant=/) }]
    })
  })

  test('SystemUser: the user of the destination, and no token of one', async () => {
    expect(claimsOf((await tokenFor('SYSTEM_USER')).value)).toMatchObject({ user_name: 'BATCH' })
  })

  test.each<[string, string, RegExp]>([
    ['a wrong client', 'WRONG_CLIENT', /"unauthorized".*Bad credentials/],
    [
      'a wrong audience',
      'WRONG_AUDIENCE',
      /"unauthorized".*Audience of the assertion must be https:/
    ],
    ['a wrong recipient', 'WRONG_RECIPIENT', /Recipient of the assertion must be https:/],
    ['an issuer that is not trusted', 'WRONG_ISSUER', /No SAML identity provider found in zone/],
    ['no audience', 'NO_AUDIENCE', /audience is missing/],
    ['a token service that is not here', 'ELSEWHERE', /on this machine only/],
    ['a token service on premise', 'ON_PREMISE', /on premise is not emulated/],
    ['an assertion of the client', 'CLIENT_PROVIDED', /there is no assertion/]
  ])('%s: 200 with an error inside', async (_, name, error) => {
    expect(await tokenFor(name, await userToken('alice'))).toEqual({
      ...{ type: '', value: '', expires_in: '0' },
      error: expect.stringMatching(error)
    })
  })

  test.each<[string, () => Promise<string | undefined>, RegExp]>([
    ['no user', async () => undefined, /Cannot determine user to propagate for OAuth2SAMLBearer/],
    ['a technical token', () => emulator.issueToken({}), /Origin claim is missing/],
    ['a token that has expired', () => userToken('alice', { expiresIn: -60 }), /Token expired at/],
    ['no uaa.user', () => userToken('bob'), /insufficient_scope/]
  ])('%s: 200 with an error inside', async (_, token, error) => {
    expect((await tokenFor('OWN', await token())).error).toMatch(error)
  })

  test.each([
    [
      { status: 400, body: '{"error":"invalid_grant","error_description":"no"}' },
      /"invalid_grant".*"no"/
    ],
    [{ status: 500, body: '<html>' }, /the token service answered 500/],
    [{ status: 200, body: '[]' }, /the token service answered 200/]
  ])('a token service that answers %j', async (given, error) => {
    answer = given
    expect((await tokenFor('FOREIGN', await userToken('alice'))).error).toMatch(error)
  })
})

describe('SAMLAssertion', () => {
  test('the assertion itself, signed with the key of the subaccount, each one a new one', async () => {
    const token = await tokenFor('ASSERTION', await userToken('alice'))
    expect(token).toEqual({
      ...{ type: 'SAML2.0', value: token.value },
      http_header: { key: 'Authorization', value: `SAML2.0 ${token.value}` }
    })
    const { assertion, xml } = await assertionOf(token.value)
    expect(assertion).toMatchObject({
      issuer: `cfapps.localhost/${credentials(emulator)['tenantid']}`,
      subject: { value: 'alice@example.com', format: EMAIL, nameQualifier: 'q' },
      audiences: [['https://s4.example']]
    })
    expect(Object.fromEntries(assertion.attributes)).toMatchObject({
      ...{ user_name: ['alice'], email: ['alice@example.com'], given_name: ['Alice'] },
      'user_attributes.plant': ['1010']
    })
    expect(xml).toContain('<saml:AuthnContextClassRef>urn:x:previous</saml:AuthnContextClassRef>')
    expect(xml).not.toContain('X509Certificate')
    const again = await tokenFor('ASSERTION', await userToken('alice'))
    expect((await assertionOf(again.value)).assertion.id).not.toBe(assertion.id)
  })

  test('with certificate, recipient, a path to the user id, and attributes without prefix', async () => {
    const { value } = await tokenFor('CERTIFICATE', await userToken('alice'))
    const { assertion, xml } = await assertionOf(value, 'base64url')
    expect(assertion.subject.value).toBe('1010')
    expect(assertion.attributes.get('plant')).toEqual(['1010'])
    expect(assertion.confirmations).toMatchObject([{ recipient: 'https://s4.example/acs' }])
    expect(xml).toContain('<ds:X509Certificate>')
  })

  test('a custom attribute, if the token has the scope for it', async () => {
    expect((await tokenFor('ATTRIBUTE', await userToken('alice'))).error).toMatch(/no plant/)
    const claims = { scope: ['openid', 'user_attributes'] }
    const { value } = await tokenFor('ATTRIBUTE', await userToken('alice', { claims }))
    expect((await assertionOf(value)).assertion.subject.value).toBe('1010')
  })

  test('values of the user can not become markup', async () => {
    const evil = 'a</saml:NameID><x y="&amp;">'
    const { value } = await tokenFor(
      'ASSERTION',
      await userToken('alice', { claims: { email: evil } })
    )
    expect((await assertionOf(value)).assertion.subject.value).toBe(evil)
  })

  test('tenants have keys and names of their own', async () => {
    const headers = { 'x-user-token': await userToken('alice') }
    const { body } = await get('destinations/ASSERTION', headers, 'other')
    const [{ value }] = body.authTokens
    expect((await assertionOf(value, 'base64', 'other')).assertion.issuer).toBe(
      'cfapps.localhost/other'
    )
    await expect(assertionOf(value)).rejects.toThrow(/Invalid signature/)
  })

  test.each([
    ['UNKNOWN_FORMAT', /nameIdFormat urn:x needs userIdSource/],
    ['UNKNOWN_SOURCE', /user ID could not be determined: there is no employee/],
    ['UNKNOWN_PATH', /\$\.\.plant: not emulated/],
    ['UNKNOWN_ENCODING', /use base64 or base64url/],
    ['SSO', /SAPAssertionSSO is not emulated/]
  ])('%s', async (name, error) => {
    expect((await tokenFor(name, await userToken('alice'))).error).toMatch(error)
  })
})

test('metadata of the subaccount as an identity provider', async () => {
  const { text: xml, headers } = await get('saml2Metadata')
  expect(headers['content-type']).toMatch(/^application\/xml/)
  expect(xml).toMatch(/entityID="cfapps\.localhost\/[\w-]+".*IDPSSODescriptor.*X509Certificate>MII/)
  expect((await get('saml2Metadata/other')).status).toBe(404)
})

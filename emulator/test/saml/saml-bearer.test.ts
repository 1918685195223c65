import { type Emulator, startEmulator } from '../../src/index.js'
import { createSigningIdentity } from '../../src/saml/signing-identity.js'
import { assertionXml, encode, type Parts, SAML2_BEARER, sign } from '../support/assertions.js'
import { claimsOf, credentials, requestToken, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

const IDP = 'https://idp.example/saml'

let emulator: Emulator
/** Keys of the identity provider: the one in use, the next one, and one of somebody else. */
let keys: { current: string; next: string; foreign: string }
let provider: { audience: string; recipient: string }

beforeAll(async () => {
  const [current, next, foreign, closed] = await Promise.all(
    ['current', 'next', 'foreign', 'closed'].map(createSigningIdentity)
  )
  keys = { current: current!.key, next: next!.key, foreign: foreign!.key }
  emulator = await startEmulator({
    ...options,
    trust: {
      partner: {
        entityId: IDP,
        certificate: [current!.certificate, next!.certificate],
        roleCollections: { technicians: 'Technician', bosses: ['Maintenance Boss'] },
        users: { bob: { roles: ['Viewer'] } }
      },
      closed: {
        entityId: 'https://closed.example',
        certificate: [closed!.certificate, current!.certificate],
        createShadowUsers: false,
        users: { bob: {} }
      }
    }
  })
  const { text } = await send(`${emulator.url}/saml/metadata`, { ca: emulator.ca })
  provider = {
    audience: /entityID="([^"]+)"/.exec(text)?.[1] ?? '',
    recipient: /Location="([^"]+)"/.exec(text)?.[1] ?? ''
  }
})
afterAll(() => emulator.stop())

const xml = (parts: Partial<Parts> = {}) => assertionXml({ issuer: IDP, ...provider, ...parts })
const exchange = (assertion: string, headers = {}, client = credentials(emulator)) =>
  requestToken(emulator, { grant_type: SAML2_BEARER, assertion }, headers, client)
const exchangeSigned = (parts: Partial<Parts> = {}, key = keys.current) =>
  exchange(encode(sign(xml(parts), { key })))

async function refused(answer: ReturnType<typeof exchange>, description: RegExp) {
  const { status, body } = await answer
  expect({ status, body }).toEqual({
    status: 401,
    body: { error: 'unauthorized', error_description: expect.stringMatching(description) }
  })
}

test('the metadata names audience and token endpoint', () => {
  expect(provider.audience).toMatch(/^https:\/\/maintenance\.localhost:\d+$/)
  expect(provider.recipient).toBe(`${emulator.url}/oauth/token/alias/maintenance.emulated`)
})

describe('RFC 7522: a token for an assertion', () => {
  test('the user of the identity provider becomes a user, with the roles of the groups', async () => {
    const attributes = {
      ...{ mail: ['alice@idp.example'], first_name: ['Alice'], last_name: ['Weidel &amp; Co'] },
      ...{ Groups: ['technicians', 'unknown'], plant: ['1010', '1710'], level: ['2'] }
    }
    const { status, body } = await exchangeSigned({ attributes })
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'bearer', expires_in: 43199 })
    const { azp, zid } = claimsOf(await emulator.issueToken({ user: 'eve' }))
    expect(claimsOf(body.access_token)).toMatchObject({
      grant_type: SAML2_BEARER,
      ...{ origin: 'partner', user_name: 'alice', azp, cid: azp, zid },
      ...{ email: 'alice@idp.example', given_name: 'Alice', family_name: 'Weidel & Co' },
      scope: ['openid', 'maintenance!t1.Viewer', 'maintenance!t1.Technician'],
      'xs.user.attributes': { plant: ['1010', '1710'] },
      'xs.system.attributes': { 'xs.saml.groups': ['technicians', 'unknown'] }
    })
  })

  test('without attributes there are no roles, and UAA has names of its own', async () => {
    const { body } = await exchangeSigned({ nameId: 'mia' })
    expect(claimsOf(body.access_token)).toMatchObject({
      scope: ['openid'],
      'xs.user.attributes': {},
      email: 'mia@this-default-was-not-configured.invalid',
      given_name: 'mia',
      family_name: 'this-default-was-not-configured.invalid'
    })
  })

  test('a shadow user keeps id and roles of its own; it is nobody else with that name', async () => {
    const [first, second] = [
      await exchangeSigned({ nameId: 'bob' }),
      await exchangeSigned({ nameId: 'bob' })
    ].map(({ body }) => claimsOf(body.access_token))
    expect(second.user_id).toBe(first.user_id)
    expect(first.scope).toEqual(['openid', 'maintenance!t1.Viewer'])
    const { user_id: landscapeUser } = claimsOf(await emulator.issueToken({ user: 'bob' }))
    expect(first.user_id).not.toBe(landscapeUser)
  })

  test.each(['sha256-rsa-MGF1', 'rsa-sha512'])(
    '%s, the next key, base64, plain endpoint',
    async (name) => {
      const namespace = name.includes('MGF1') ? '2007/05' : '2001/04'
      const algorithm = `http://www.w3.org/${namespace}/xmldsig-more#${name}`
      const digest = 'http://www.w3.org/2001/04/xmlenc#sha512'
      const recipient = `${emulator.url}/oauth/token`
      const signed = sign(xml({ recipient }), { key: keys.next, algorithm, digest })
      expect((await exchange(Buffer.from(signed).toString('base64'))).status).toBe(200)
    }
  )

  test('at the endpoint that the metadata names', async () => {
    const { clientid = '', clientsecret = '' } = credentials(emulator)
    const form = new URLSearchParams({
      grant_type: SAML2_BEARER,
      assertion: encode(sign(xml(), { key: keys.current }))
    })
    const basic = Buffer.from(`${clientid}:${clientsecret}`).toString('base64')
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${basic}`
    }
    const request = { method: 'POST', ca: emulator.ca, headers, body: form.toString() }
    expect((await send(provider.recipient, request)).status).toBe(200)
    const other = provider.recipient.replace('maintenance.', 'other.')
    expect((await send(other, request)).status).toBe(404)
  })
})

describe('what is refused', () => {
  test.each<[string, Partial<Parts>, RegExp]>([
    ['another audience', { audience: 'https://other.example' }, /Audience .* must be https:/],
    [
      'another recipient',
      { recipient: 'https://other.example/token' },
      /Recipient .* must be https:/
    ],
    [
      'an issuer that is not trusted',
      { issuer: 'https://evil.example' },
      /No SAML identity provider/
    ],
    ['expired', { notOnOrAfter: -61 }, /expired at 20/],
    ['confirmed for a time that is over', { confirmedFor: -61 }, /expired at 20/],
    ['confirmed without an end', { confirmedFor: undefined }, /has no NotOnOrAfter/],
    ['not valid yet', { notBefore: 120 }, /not valid before 20/],
    ['another version', { version: '1.1' }, /not of version 2\.0/],
    ['a condition that nobody knows', { conditions: '<saml:Condition/>' }, /not understood/],
    ['no user', { nameId: ' ' }, /missing a subject/],
    ['a user in parts', { nameId: 'bob<x/>' }, /missing a subject/],
    ['a user who must be there before', { issuer: 'https://closed.example' }, /does not exist/]
  ])('%s', (_, parts, description) => refused(exchangeSigned(parts), description))

  test('clocks may differ by a minute', async () => {
    const parts = { notOnOrAfter: -30, confirmedFor: -30, notBefore: 30 }
    expect((await exchangeSigned(parts)).status).toBe(200)
  })

  test('an assertion is good for one token', async () => {
    const assertion = encode(sign(xml(), { key: keys.current }))
    expect((await exchange(assertion)).status).toBe(200)
    await refused(exchange(assertion), /used before/)
    const again = Buffer.from(assertion, 'base64url').toString('base64') // other letters, same assertion
    await refused(exchange(again), /used before/)
  })

  test('nothing, unsigned, another key, another tenant', async () => {
    await refused(exchange(''), /SAML Assertion is missing/)
    await refused(exchange(encode(xml())), /missing a signature/)
    await refused(exchangeSigned({}, keys.foreign), /Invalid signature/)
    const signed = encode(sign(xml(), { key: keys.current }))
    expect((await exchange(signed, { 'x-zid': 'nobody' })).status).toBe(400)
  })

  test('a client that is not authenticated', async () => {
    const assertion = encode(sign(xml(), { key: keys.current }))
    const client = { ...credentials(emulator), clientsecret: 'wrong' }
    const { status, body } = await exchange(assertion, {}, client)
    expect({ status, body }).toMatchObject({
      status: 401,
      body: { error_description: 'Bad credentials' }
    })
  })
})

test.each([
  [{ entityId: IDP }, /trust\.partner\.certificate/],
  [{ entityId: IDP, certificate: 'missing.pem' }, /names a file that does not exist/],
  [{ entityId: IDP, certificate: '-----BEGIN CERTIFICATE-----' }, /not a certificate/],
  [{ certificate: 'x' }, /trust\.partner\.entityId/],
  [{ destinationTrust: true, entityId: IDP }, /destinationTrust/],
  [{ destinationTrust: true, roleCollections: { a: 'Nobody' } }, /unknown role "Nobody"/],
  [{ destinationTrust: true, users: { bob: { roles: ['Nobody'] } } }, /unknown role "Nobody"/],
  [
    { destinationTrust: true, issuer: 'x' },
    /no option "issuer" of the emulator in trust\["partner"\]/
  ]
])('options %j: %s', async (partner, message) => {
  const start = startEmulator({ ...options, trust: { partner: partner } })
  await expect(start).rejects.toThrow(message)
})

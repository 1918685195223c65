import dns from 'node:dns'

import { createSigningIdentity } from '../../../../emulator/src/saml/signing-identity.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { xsSecurity } from '../../../../emulator/test/support/maintenance.js'
import type { Author } from '../../../../src/delegation/author.js'
import type { DelegatedService } from '../../../../src/delegation/options.js'
import { samlWay } from '../../../../src/delegation/tokens/saml.js'
import { Delegating, requestFor } from './delegating.js'

const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'

let delegating: Delegating
let service: DelegatedService
beforeAll(async () => {
  const { certificate } = await createSigningIdentity('another application')
  const delegation = { entityId: 'urn:example:another', certificate }
  delegating = await Delegating.start({
    tenants: {
      'customer-2': { users: { tom: {} } },
      'customer-3': { users: { tom: {} }, trust: { delegation } }
    }
  })
})
afterAll(() => delegating.stop())
beforeEach(() => {
  service = delegating.service({ saml: delegating.ways.saml })
})
afterEach(() => jest.restoreAllMocks())

const tokenFor = (author: Author) => samlWay.tokenFor(requestFor(author, service))

/** The options without what the landscape says about its tenants: they come from the metadata then. */
function byMetadata(): object {
  const { tenants: _, ...saml } = delegating.ways.saml
  return saml
}

/** Resolves subdomains of localhost, as RFC 6761 says, which not every machine does. */
function resolveLocalhost(): void {
  const lookup = dns.lookup as (host: string, ...others: unknown[]) => void
  jest
    .spyOn(dns, 'lookup')
    .mockImplementation((host: string, ...others: unknown[]) =>
      lookup(host.endsWith('.localhost') ? 'localhost' : host, ...others)
    )
}

test('the token is of the user of the trust, with the name and the e-mail address', async () => {
  const author = await delegating.author('alice')
  const token = await tokenFor(author)
  expect(token).toMatchObject({ userId: 'alice', issuer: 'xsuaa', origin: 'delegation' })
  expect(token.tenant).toBe(author.tenant)
  expect(claimsOf(token.bearerToken)).toMatchObject({
    ...{ user_name: 'alice', email: 'alice@example.com', origin: 'delegation' },
    grant_type: 'urn:ietf:params:oauth:grant-type:saml2-bearer'
  })
  expect(JSON.stringify(token)).not.toContain(token.bearerToken)
})

test('NameID can be the e-mail address', async () => {
  service = delegating.service({ saml: { ...delegating.ways.saml, nameIdFormat: EMAIL } })
  const author = { ...(await delegating.author('alice')), subject: 'own' }
  expect(await tokenFor(author)).toMatchObject({ userId: 'alice@example.com' })
})

describe('a kept token is for the same assertion only', () => {
  const other = 'urn:example:other'
  const changes: [string, (saml: object, tenant: string) => object, RegExp | object][] = [
    ['NameID', () => ({ nameIdFormat: EMAIL }), { userId: 'alice@example.com' }],
    ['the claim', () => ({ userIdSource: 'email' }), { userId: 'alice@example.com' }],
    ['the issuer', () => ({ assertionIssuer: other }), /ERR_DELEGATION_ENDED/],
    ['the audience', (saml, tenant) => ({ tenants: withAudience(saml, tenant) }), /ENDED/]
  ]

  function withAudience(saml: { tenants?: Record<string, object> }, tenant: string) {
    return { ...saml.tenants, [tenant]: { ...saml.tenants?.[tenant], audience: other } }
  }

  test.each(changes)('%s is another one', async (name, change, expected) => {
    const author = { ...(await delegating.author('alice')), subject: `kept ${name}` }
    expect(await tokenFor(author)).toMatchObject({ userId: 'alice' })
    const { saml } = delegating.ways
    const changed = { ...saml, ...change(saml, String(author.tenant)) }
    service = delegating.service({ saml: changed })
    const found = tokenFor(author).catch((error: unknown) => (error as { code: string }).code)
    if (expected instanceof RegExp) expect(await found).toMatch(expected)
    else expect(await found).toMatchObject(expected)
  })
})

test('without options of tenants, the subaccount of the application is in its metadata', async () => {
  service = delegating.service({ saml: byMetadata() })
  const author = { ...(await delegating.author('bob')), subject: 'metadata' }
  expect(await tokenFor(author)).toMatchObject({ userId: 'bob' })
})

test('that of a subscriber is in the metadata at the subdomain that the token of the tenant names', async () => {
  resolveLocalhost()
  service = delegating.service({ saml: byMetadata() })
  const author = { ...(await delegating.author('tom', { tenant: 'customer-2' })), subject: 'x' }
  const grants = await delegating.grants(async () => {
    expect(await tokenFor(author)).toMatchObject({ userId: 'tom', tenant: 'customer-2' })
  })
  expect(grants).toEqual(['client_credentials', 'saml2-bearer'])
})

test('a tenant that does not trust the application is refused when the queue is filled', async () => {
  const [trusting, other] = await Promise.all(
    ['customer-2', 'customer-3'].map((tenant) => delegating.author('tom', { tenant }))
  )
  await samlWay.checkAuthor?.(trusting!, service)
  expect(await delegating.grants(() => tokenFor(trusting!))).toEqual([])
  await expect(samlWay.checkAuthor?.(other!, service)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_REFUSED',
    message: expect.stringContaining('needs the trust configuration')
  })
  await expect(tokenFor(other!)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
})

test('what may pass does not keep the queue from being filled', async () => {
  const author = { ...(await delegating.author('eve')), subject: 'later' }
  delegating.emulator.enqueue('xsuaa/token', { status: 503, body: {} })
  await expect(samlWay.checkAuthor?.(author, service)).resolves.toBeUndefined()
})

test.each([
  ['another issuer', { issuer: 'partner' }, {}],
  ['a missing claim', {}, { userIdSource: 'employee' }]
])('%s is refused when the queue is filled', async (_, author, saml) => {
  service = delegating.service({ saml: { ...delegating.ways.saml, ...saml } })
  const found = { ...(await delegating.author('alice')), ...author }
  await expect(samlWay.checkAuthor?.(found, service)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_REFUSED'
  })
})

test('50 calls at once are one assertion', async () => {
  const author = { ...(await delegating.author('carol')), subject: 'many' }
  const many = () => Promise.all(Array.from({ length: 50 }, () => tokenFor(author)))
  expect(await delegating.grants(many)).toEqual(['saml2-bearer'])
})

describe('what comes back is thrown away', () => {
  const answers: [string, object, RegExp][] = [
    ['another user', { user: 'bob' }, /of another user/],
    ['the same name elsewhere', { claims: { origin: 'sap.default' } }, /identity provider/],
    ['no e-mail address', { claims: { email: 'eve@this-default.invalid' } }, /"\.invalid"/],
    ['another e-mail address', { claims: { email: 'eve@other.com' } }, /another e-mail address/],
    ['another tenant', { tenant: 'customer-2', user: 'tom' }, /of another tenant/],
    ['a technical token', { user: undefined }, /a technical one/],
    ['an expired one', { expiresIn: -120 }, /ERR_TOKEN_EXPIRED/],
    ['for another application', { claims: { cid: 'sb-other!t1' } }, /for another application/],
    ['not signed by XSUAA', { claims: { iss: 'https://idp.example' } }, /of another issuer/]
  ]
  test.each(answers)('%s', async (_, token: { claims?: object }, message) => {
    const author = { ...(await delegating.author('eve')), subject: String(message) }
    const claims = { origin: 'delegation', ...token.claims }
    const access_token = await delegating.emulator.issueToken({ user: 'eve', ...token, claims })
    delegating.emulator.enqueue('xsuaa/token', { body: { access_token, token_type: 'bearer' } })
    await expect(tokenFor(author)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_TOKEN',
      message: expect.stringMatching(message)
    })
  })

  test('one whose signature is not XSUAA’s', async () => {
    const author = { ...(await delegating.author('eve')), subject: 'forged' }
    const token = await delegating.emulator.issueToken({ user: 'eve' })
    const access_token = token.replace(/.$/, (last) => (last === 'A' ? 'Q' : 'A'))
    delegating.emulator.enqueue('xsuaa/token', { body: { access_token, token_type: 'bearer' } })
    await expect(tokenFor(author)).rejects.toMatchObject({ code: 'ERR_DELEGATION_TOKEN' })
  })
})

describe('refusals', () => {
  const unauthorized = (error_description: string) => ({
    status: 401,
    body: { error: 'unauthorized', error_description }
  })

  test('a user who was deleted in XSUAA has ended', async () => {
    const author = { ...(await delegating.author('bob')), subject: 'deleted' }
    const text = 'SAML user does not exist. You can correct this by creating a shadow user.'
    delegating.emulator.enqueue('xsuaa/token', unauthorized(text))
    await expect(tokenFor(author)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_ENDED',
      unrecoverable: true
    })
  })

  test('wrong credentials of the application pass with the next binding', async () => {
    const author = { ...(await delegating.author('bob')), subject: 'credentials' }
    delegating.emulator.enqueue('xsuaa/token', unauthorized('Bad credentials'))
    await expect(tokenFor(author)).rejects.toMatchObject({ code: 'ERR_DELEGATION_TOKEN' })
  })

  test('a key that was withdrawn has ended', async () => {
    const other = await Delegating.start()
    await other.stop()
    service = delegating.service({ saml: delegating.ways.saml }, other.keys)
    const author = { ...(await delegating.author('bob')), subject: 'withdrawn' }
    await expect(tokenFor(author)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
  })

  test('a busy XSUAA is not asked before it wants, and the queue tries again after longer times', async () => {
    const author = { ...(await delegating.author('bob')), subject: 'busy' }
    const headers = { 'retry-after': '3600' }
    delegating.emulator.enqueue('xsuaa/token', { status: 429, headers, body: {} })
    const grants = await delegating.grants(async () => {
      for (const subject of ['busy', 'other']) {
        await expect(tokenFor({ ...author, tenant: 'busy-tenant', subject })).rejects.toMatchObject(
          { code: 'ERR_DELEGATION_TOKEN', unrecoverable: false }
        )
      }
    })
    expect(grants.length).toBeLessThanOrEqual(1)
  })
})

test('XSUAA has to allow the provider', async () => {
  const descriptor = {
    ...xsSecurity,
    'oauth2-configuration': { allowedproviders: ['sap.default'] }
  }
  const strict = await Delegating.start({ xsSecurity: descriptor, users: { alice: {} } })
  try {
    const own = strict.service({ saml: strict.ways.saml })
    const author = await strict.author('alice')
    await expect(samlWay.checkAuthor?.(author, own)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_REFUSED'
    })
  } finally {
    await strict.stop()
  }
})

test('a token endpoint outside of the domain of XSUAA gets no credentials: the start fails', () => {
  const elsewhere = { audience: 'x', assertionRecipient: 'https://elsewhere.example/oauth/token' }
  service = delegating.service({ saml: { ...delegating.ways.saml, tenants: { elsewhere } } })
  expect(() => samlWay.isConfigured(service)).toThrow(/outside of/)
})

test('without XSUAA, the start fails', () => {
  const auth = { kind: 'principal', issuers: { any: {} } }
  service = delegating.service({ saml: delegating.ways.saml }, {}, { auth })
  expect(() => samlWay.isConfigured(service)).toThrow(/needs a bound XSUAA/)
})

import { claimsOf } from '../../../../emulator/test/support/http.js'
import type { Author } from '../../../../src/delegation/author.js'
import type { DelegatedService } from '../../../../src/delegation/options.js'
import { iasWay } from '../../../../src/delegation/tokens/ias.js'
import { Delegating, requestFor } from './delegating.js'

const IAS_ORIGIN = 'sap.custom'

let delegating: Delegating
let service: DelegatedService
beforeAll(async () => {
  delegating = await Delegating.start({
    identity: true,
    tenants: { 'customer-2': { users: { tom: {} } } }
  })
})
afterAll(() => delegating.stop())
beforeEach(() => {
  service = delegating.service({ ias: delegating.ways.ias })
})

const tokenFor = (author: Author) => iasWay.tokenFor(requestFor(author, service))

/** An author who has logged on at XSUAA by way of Identity Authentication. */
async function ofXsuaa(user: string): Promise<Author> {
  const { claims, userId, tenant, subject } = await delegating.author(user)
  return { claims, userId, tenant, subject, issuer: 'xsuaa', origin: IAS_ORIGIN }
}

test('an author of Identity Authentication gets a JWT of exactly this user', async () => {
  const author = await delegating.author('alice', { issuer: 'ias' })
  const token = await tokenFor(author)
  const { bearerToken } = token
  const { userId, tenant, origin, subject } = author
  expect(token).toMatchObject({
    ...{ userId, tenant, origin, subject, issuer: 'ias' },
    expiresAt: claimsOf(bearerToken).exp
  })
  expect(JSON.stringify(token)).not.toContain(bearerToken)
  expect(claimsOf(bearerToken)).toMatchObject({ preferred_username: 'alice', sap_id_type: 'user' })
})

test('an author of XSUAA gets the own token: same id, same origin', async () => {
  const author = await ofXsuaa('alice')
  const token = await tokenFor(author)
  expect(token).toMatchObject({ issuer: 'xsuaa', origin: IAS_ORIGIN, subject: author.subject })
  expect(claimsOf(token.bearerToken)).toMatchObject({ user_name: 'alice', zid: author.tenant })
})

test('an author of a subscriber, by the tenant of the author', async () => {
  const author = await delegating.author('tom', { issuer: 'ias', tenant: 'customer-2' })
  expect(await tokenFor(author)).toMatchObject({ tenant: 'customer-2', userId: author.userId })
})

test('50 calls at once are one exchange, and the next one none', async () => {
  const author = await delegating.author('bob', { issuer: 'ias' })
  const many = () => Promise.all(Array.from({ length: 50 }, () => tokenFor(author)))
  expect(await delegating.grants(many)).toEqual(['jwt-bearer'])
  expect(await delegating.grants(() => tokenFor(author))).toEqual([])
})

test('a kept token is for the same issuer only', async () => {
  const author = await delegating.author('bob', { issuer: 'ias' })
  await tokenFor(author)
  service = delegating.service({ ias: { issuer: 'https://other.example' } })
  await expect(tokenFor(author)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
})

test('an author who has logged on elsewhere is somebody else', async () => {
  const author = { ...(await ofXsuaa('carol')), origin: 'partner' }
  await expect(tokenFor(author)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_TOKEN',
    message: expect.stringContaining('of a user of another identity provider')
  })
})

test('a user whom Identity Authentication does not know (any more) has ended', async () => {
  const author = await delegating.author('alice', { issuer: 'ias' })
  const gone = { ...author, userId: 'x', claims: { email: 'gone@example.com' } }
  await expect(tokenFor(gone)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_ENDED',
    unrecoverable: true,
    message: expect.stringContaining('Use Identity Authentication user store')
  })
})

test.each([
  ['an author without e-mail address', { claims: {} }],
  ['an author of another issuer', { issuer: 'partner' }]
])('%s is refused when the queue is filled', async (_, changes) => {
  const author = { ...(await delegating.author('alice', { issuer: 'ias' })), ...changes }
  await expect(iasWay.checkAuthor?.(author, service)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_REFUSED'
  })
})

test.each([
  ['who is not the user whom Identity Authentication knows', { origin: 'sap.default' }],
  ['whom it does not know', { claims: { email: 'nobody@example.com' } }]
])('an author %s is refused when the queue is filled', async (_, changes) => {
  const author = { ...(await ofXsuaa('carol')), ...changes }
  await expect(iasWay.checkAuthor?.(author, service)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_REFUSED',
    message: expect.stringContaining('Nothing was queued')
  })
})

test('what may pass does not keep the queue from being filled', async () => {
  const author = { ...(await ofXsuaa('carol')), subject: 'later' }
  delegating.emulator.enqueue('ias/token', { status: 503, body: {} })
  await expect(iasWay.checkAuthor?.(author, service)).resolves.toBeUndefined()
})

test.each([
  ['an unknown user has ended', { status: 401, body: { error: 'unauthorized' } }, 'ENDED'],
  ['an outage may pass', { status: 502, body: {} }, 'TOKEN']
])('XSUAA, in exchange: %s', async (_, answer, code) => {
  const author = { ...(await ofXsuaa('bob')), subject: code }
  delegating.emulator.enqueue('xsuaa/token', answer)
  await expect(tokenFor(author)).rejects.toMatchObject({ code: `ERR_DELEGATION_${code}` })
})

describe('what comes back is thrown away', () => {
  const answers: [string, object, RegExp][] = [
    ['another user', { user: 'bob' }, /of another user/],
    ['another tenant', { claims: { app_tid: 'customer-2' } }, /of another tenant/],
    ['a technical token', { user: undefined }, /a technical one/],
    ['an expired one', { expiresIn: -120 }, /ERR_TOKEN_EXPIRED/],
    ['for another application', { claims: { aud: 'other', azp: 'other' } }, /ERR_TOKEN_AUDIENCE/],
    ['one of XSUAA', { issuer: 'xsuaa' }, /of another issuer/]
  ]
  test.each(answers)('%s', async (_, token, message) => {
    const author = await delegating.author('eve', { issuer: 'ias' })
    const access_token = await delegating.emulator.issueToken({
      ...{ issuer: 'ias', user: 'eve', ...token }
    })
    delegating.emulator.enqueue('ias/token', {
      body: { access_token, token_type: 'bearer' }
    })
    await expect(tokenFor(author)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_TOKEN',
      unrecoverable: false,
      message: expect.stringMatching(message)
    })
  })

  test('an opaque one', async () => {
    const author = await delegating.author('eve', { issuer: 'ias' })
    const body = { access_token: 'a'.repeat(64), token_type: 'bearer' }
    delegating.emulator.enqueue('ias/token', { body })
    await expect(tokenFor(author)).rejects.toMatchObject({ code: 'ERR_DELEGATION_TOKEN' })
  })
})

test('a binding in files, where everything is text, is asked for its keys once, also when its secret is replaced', async () => {
  const own = await Delegating.start({ identity: true })
  try {
    const credentials = own.emulator.vcapServices().identity?.[0]?.credentials ?? {}
    const ofFiles = { ...credentials, domains: JSON.stringify(credentials['domains']) }
    service = own.service({ ias: own.ways.ias }, {}, { identity: { credentials: ofFiles } })
    for (const user of ['alice', 'bob', 'carol']) {
      const author = await own.author(user, { issuer: 'ias' })
      expect(await tokenFor(author)).toMatchObject({ userId: author.userId })
      Object.assign(ofFiles, { key: `of ${user}` })
    }
    const keys = own.emulator.requests('identity').filter(({ path }) => path.includes('certs'))
    expect(keys).toHaveLength(1)
  } finally {
    await own.stop()
  }
})

test('a token service that is busy is asked again when it has said so', async () => {
  const author = await delegating.author('carol', { issuer: 'ias' })
  const busy = { status: 429, headers: { 'retry-after': '1' }, body: {} }
  delegating.emulator.enqueue('ias/token', busy)
  const start = Date.now()
  expect(await tokenFor(author)).toMatchObject({ userId: author.userId })
  expect(Date.now() - start).toBeGreaterThanOrEqual(1000)
})

test('a failure that may pass leaves the queue another attempt', async () => {
  const author = { ...(await delegating.author('eve', { issuer: 'ias' })), userId: 'other' }
  delegating.emulator.enqueue('ias/token', { status: 500, body: {} })
  await expect(tokenFor(author)).rejects.toMatchObject({
    code: 'ERR_DELEGATION_TOKEN',
    unrecoverable: false
  })
})

test('an outage of the key set says nothing about the token', async () => {
  const own = await Delegating.start({ identity: true })
  try {
    service = own.service({ ias: own.ways.ias })
    const author = await own.author('alice', { issuer: 'ias' })
    for (let i = 0; i < 8; i++) own.emulator.enqueue('ias/certs', { status: 503, body: {} })
    await expect(iasWay.checkAuthor?.(author, service)).resolves.toBeUndefined()
    await expect(tokenFor(author)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_TOKEN',
      unrecoverable: false,
      message: expect.stringContaining('gives no token')
    })
  } finally {
    await own.stop()
  }
})

test('while keys are replaced, the platform may know the second one only', async () => {
  const [known] = delegating.keys.assertionKeys
  const other = await Delegating.start()
  await other.stop()
  const [unknown] = other.keys.assertionKeys
  const author = {
    ...(await delegating.author('alice', { issuer: 'ias' })),
    claims: { email: 'alice@example.com', x: '1' }
  }
  service = delegating.service({ ias: delegating.ways.ias }, { assertionKeys: [unknown, known] })
  expect(await tokenFor(author)).toMatchObject({ userId: author.userId })
  service = delegating.service({ ias: delegating.ways.ias }, { assertionKeys: [unknown] })
  const again = { ...author, claims: { ...author.claims, x: '2' } }
  await expect(tokenFor(again)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
})

test('without a binding of Identity Authentication, the start fails', () => {
  service = delegating.service({ ias: delegating.ways.ias }, {}, { identity: {} })
  expect(() => iasWay.isConfigured(service)).toThrow(/needs a binding of Identity Authentication/)
})

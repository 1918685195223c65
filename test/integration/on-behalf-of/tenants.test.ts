import type { Client } from '../../support/client.js'
import { PolicySample } from './policy-sample.js'

const rest = (destination: string, options: object = {}) => ({
  kind: 'rest',
  credentials: { destination },
  ...options
})
const strategy = (selectionStrategy: string) => ({ destinationOptions: { selectionStrategy } })

let app: PolicySample
let provider: string
let alice: Client
let tina: Client

beforeAll(async () => {
  app = await PolicySample.start(({ url }, uaa) => ({
    OWN: rest('OWN_JWT'),
    OWN_NAMED: rest('OWN_JWT', { onBehalfOf: 'namedUser' }),
    ONLY_PROVIDER: rest('JWT'),
    ONLY_PROVIDER_FALLBACK: rest('JWT', strategy('subscriberFirst')),
    ONLY_PROVIDER_CURRENT: rest('JWT', { onBehalfOf: 'currentUser' }),
    PROVIDER_FOR_ALL: rest('JWT_COMMON', strategy('alwaysProvider')),
    PROVIDER_DEDICATED: rest('JWT', strategy('alwaysProvider')),
    SYSTEM: rest('CC', { onBehalfOf: 'systemUser' }),
    SYSTEM_OWN: rest('OWN_CC', { onBehalfOf: 'systemUser' }),
    SYSTEM_ONLY_PROVIDER: rest('BASIC', { onBehalfOf: 'systemUser' }),
    SYSTEM_FALLBACK: rest('BASIC', { onBehalfOf: 'systemUser', ...strategy('subscriberFirst') }),
    CURRENT: rest('CC', { onBehalfOf: 'currentUser' }),
    PROVIDER: rest('CC', { onBehalfOf: 'systemUserProvider' }),
    TECHNICAL: rest('CC'),
    BINDING: { kind: 'rest', credentials: { url, uaa }, onBehalfOf: 'currentUser' },
    BINDING_WRONG: {
      kind: 'rest',
      credentials: { url, uaa: { ...uaa, clientid: 'sb-nobody!t1' } },
      onBehalfOf: 'currentUser'
    },
    BINDING_PROVIDER: {
      kind: 'rest',
      credentials: { url, uaa },
      onBehalfOf: 'systemUserProvider'
    }
  }))
  alice = await app.as('alice')
  tina = await app.as('tina')
  provider = (await app.call(alice, { target: 'TECHNICAL' })).tenant
})
afterAll(() => app.stop())
beforeEach(() => {
  app.backend.calls.length = 0
})

describe('a named user of a subscriber', () => {
  test.each(['OWN', 'OWN_NAMED'])(
    "%s: the tenant's destination, and a token of that tenant",
    async (target) => {
      const who = await app.call(tina, { target })
      expect(who).toMatchObject({ user: 'tina', tenant: 'customer-1', as: 'jwt-bearer' })
    }
  )

  test.each(['ONLY_PROVIDER', 'ONLY_PROVIDER_FALLBACK', 'ONLY_PROVIDER_CURRENT'])(
    "%s: never the provider's destination instead",
    async (target) => {
      expect(await app.call(tina, { target })).toMatchObject({ code: 'ERR_DESTINATION_NOT_FOUND' })
      expect(app.backend.calls).toEqual([])
    }
  )

  test('alwaysProvider says so: with the own token all the same', async () => {
    const who = await app.call(tina, { target: 'PROVIDER_FOR_ALL' })
    expect(who).toMatchObject({ user: 'tina', tenant: 'customer-1' })
  })

  test("alwaysProvider: a token service of the provider alone does not exchange the subscriber's token", async () => {
    expect(await app.call(tina, { target: 'PROVIDER_DEDICATED' })).toMatchObject({
      code: 'ERR_DESTINATION_UNAVAILABLE',
      message: expect.stringContaining('Unable to map issuer') as unknown
    })
    expect(app.backend.calls).toEqual([])
  })

  test("a user of the provider does not get the subscriber's", async () => {
    expect(await app.call(alice, { target: 'OWN' })).toMatchObject({
      code: 'ERR_DESTINATION_NOT_FOUND'
    })
  })

  test.each(['ONLY_PROVIDER', 'OWN_NAMED', 'CURRENT', 'BINDING', 'TECHNICAL'])(
    '%s: a token of another tenant than the context is refused',
    async (target) => {
      const call = { place: 'userInOtherTenant', target }
      expect(await app.call(alice, call)).toMatchObject({ code: 'ERR_TENANT_MISMATCH' })
      expect(app.backend.calls).toEqual([])
    }
  )
})

describe('the technical user', () => {
  const as = (tenant: string) => ({ user: null, as: 'client_credentials', tenant })

  test.each<[string, string, string]>([
    ['request', 'SYSTEM', 'own'],
    ['privileged', 'SYSTEM', 'own'],
    ['request', 'SYSTEM_OWN', 'own'],
    ['privileged', 'CURRENT', 'own'],
    ['spawnedPrivileged', 'TECHNICAL', 'own'],
    ['request', 'PROVIDER', 'provider'],
    ['privileged', 'PROVIDER', 'provider'],
    ['privileged', 'BINDING', 'own'],
    ['request', 'BINDING_PROVIDER', 'provider']
  ])('%s of tina, %s: of the %s tenant', async (place, target, whose) => {
    const expected = whose === 'own' ? 'customer-1' : provider
    expect(await app.call(tina, { place, target })).toMatchObject(as(expected))
  })

  test('is that of the context, whoever opened it', async () => {
    for (const target of ['SYSTEM', 'BINDING']) {
      const who = await app.call(alice, { place: 'subscriber', target })
      expect(who).toMatchObject(as('customer-1'))
    }
    const call = { place: 'userInOtherTenant', target: 'SYSTEM' }
    expect(await app.call(alice, call)).toMatchObject(as('customer-1'))
    expect(await app.call(alice, { target: 'SYSTEM' })).toMatchObject(as(provider))
  })

  test("systemUser does not become the provider's, unless that is asked for", async () => {
    const missing = { code: 'ERR_DESTINATION_NOT_FOUND' }
    expect(await app.call(tina, { target: 'SYSTEM_ONLY_PROVIDER' })).toMatchObject(missing)
    expect(await app.call(tina, { target: 'SYSTEM_FALLBACK' })).toMatchObject({ user: 'basic' })
    expect(await app.call(alice, { target: 'SYSTEM_ONLY_PROVIDER' })).toMatchObject({ as: 'Basic' })
  })
})

test('a service binding: the token of exactly this user, in exchange, and once for a burst', async () => {
  const before = app.emulator.requests('xsuaa').length
  const whos = await app.call(tina, { way: 'twice', target: 'BINDING' })
  const tokens = { user: 'tina', tenant: 'customer-1', as: 'jwt-bearer' }
  expect(whos).toEqual([expect.objectContaining(tokens), expect.objectContaining(tokens)])
  expect(await app.call(alice, { target: 'BINDING' })).toMatchObject({ user: 'alice' })
  const exchanges = app.emulator.requests('xsuaa').slice(before)
  expect(exchanges.filter(({ grant }) => grant?.endsWith('jwt-bearer'))).toHaveLength(2)
})

test('a service binding with a client that is refused: no token, and nothing is sent', async () => {
  for (const place of ['request', 'privileged']) {
    const { message } = await app.call(alice, { place, target: 'BINDING_WRONG' })
    expect(message).toBeTruthy()
  }
  expect(app.backend.calls).toEqual([])
  const line =
    /ERR_DESTINATION_UNAVAILABLE · [^·]+ · there is no token for the service bound as "BINDING_WRONG"/
  await app.sample.printed(line)
})

import type { Client } from '../../support/client.js'
import { PolicySample } from './policy-sample.js'

let app: PolicySample
let alice: Client
let bob: Client

beforeAll(async () => {
  app = await PolicySample.start(() => ({}))
  alice = await app.as('alice')
  bob = await app.as('bob')
})
afterAll(() => app.stop())
beforeEach(() => {
  app.backend.calls.length = 0
})

const NAMED_USER = { onBehalfOf: 'namedUser' }

describe.each(['execute', 'generatedClient', 'ownSdk'])('%s', (way) => {
  test('goes out as the user of the request, by the token of the context', async () => {
    for (const options of [{}, NAMED_USER, { onBehalfOf: 'currentUser' }]) {
      const who = await app.call(alice, { way, target: 'JWT', options })
      expect(who).toMatchObject({ user: 'alice', as: 'jwt-bearer' })
    }
    const before = (await app.subjects()).length
    for (const user of [alice, bob])
      await app.call(user, { way, target: 'PP', options: NAMED_USER })
    expect((await app.subjects()).slice(before)).toEqual(['alice', 'bob'])
  })

  test('goes out as the technical user, and no token of a user goes along', async () => {
    const options = { onBehalfOf: 'systemUser' }
    for (const place of ['request', 'spawned', 'spawnedPrivileged', 'anonymous']) {
      const who = await app.call(alice, { way, place, target: 'CC', options })
      expect(who).toMatchObject({ user: null, as: 'client_credentials' })
    }
  })

  test.each<[string, string, object, string]>([
    ['spawnedPrivileged', 'JWT', {}, 'ERR_USER_TOKEN_REQUIRED'],
    ['privileged', 'PP', {}, 'ERR_USER_TOKEN_REQUIRED'],
    ['custom', 'PP', NAMED_USER, 'ERR_USER_TOKEN_REQUIRED'],
    ['anonymous', 'FORWARD', {}, 'ERR_USER_TOKEN_REQUIRED'],
    ['request', 'CC', NAMED_USER, 'ERR_DESTINATION_TECHNICAL'],
    ['request', 'PP', { onBehalfOf: 'systemUser' }, 'ERR_DESTINATION_USER_BOUND'],
    ['userInOtherTenant', 'JWT', {}, 'ERR_TENANT_MISMATCH'],
    ['request', 'JWT', { minTokenLifetime: 1e6 }, 'ERR_TOKEN_EXPIRES'],
    ['request', 'NOTHING', {}, 'ERR_DESTINATION_NOT_FOUND'],
    ['request', 'JWT', { onBehalfOf: 'somebody' }, 'ERR_CONFIGURATION']
  ])('%s, %s, %j is %s, and nothing is sent', async (place, target, options, code) => {
    const connections = app.emulator.connections.connectivity
    expect(await app.call(alice, { way, place, target, options })).toMatchObject({ code })
    expect(app.backend.calls).toEqual([])
    expect(app.emulator.connections.connectivity).toBe(connections)
  })

  test('120 interleaved calls of two users: each as its own', async () => {
    const targets = ['JWT', 'FORWARD', 'CC']
    const calls = Array.from({ length: 120 }, async (_, i) => {
      const target = targets[i % 3]!
      const { user } = await app.call(i % 2 ? alice : bob, { way, target })
      return user === (target === 'CC' ? null : i % 2 ? 'alice' : 'bob')
    })
    expect((await Promise.all(calls)).filter((right) => !right)).toEqual([])
  })
})

describe('executeHttpRequest', () => {
  const execute = (config: object, target = 'JWT') =>
    app.call(alice, { way: 'execute', target, options: { config } })

  test('writes fetch a CSRF token first, as with the SAP Cloud SDK', async () => {
    await execute({ method: 'POST', data: { id: 1 } })
    expect(app.backend.calls.length).toBeGreaterThan(1)
    expect(app.backend.calls.every(({ user }) => user === 'alice')).toBe(true)
  })

  test.each([
    { url: 'https://elsewhere.example/who' },
    { url: '//elsewhere.example/who' },
    { url: '\\\\elsewhere.example/who' },
    { baseURL: 'https://elsewhere.example' },
    { proxy: { host: 'elsewhere.example', port: 80 } },
    { auth: { username: 'u', password: 'p' } },
    { maxRedirects: 5 },
    { socketPath: '/tmp/socket' }
  ])('%j would lead elsewhere', async (config) => {
    expect(await execute(config)).toMatchObject({ code: 'ERR_CONFIGURATION' })
    expect(app.backend.calls).toEqual([])
  })

  test.each([
    { Authorization: 'Bearer of-somebody' },
    { custom: { authorization: 'Bearer of-somebody' } },
    { requestConfig: { 'SAP-Connectivity-Authentication': 'Bearer of-somebody' } }
  ])('headers that speak for somebody are dropped: %j', async (headers) => {
    expect(await execute({ headers })).toMatchObject({ user: 'alice' })
  })

  test('a redirect is not followed', async () => {
    app.backend.redirectTo = `${app.backend.url}/elsewhere`
    try {
      expect(await execute({})).toMatchObject({ message: expect.stringContaining('302') as string })
      expect(app.backend.calls.map(({ path }) => path)).toEqual(['/who'])
    } finally {
      app.backend.redirectTo = undefined
    }
  })
})

describe('a destination that was kept', () => {
  const keep = (target: string) => app.call(alice, { way: 'keep', target })
  const use = (user: Client, place = 'request') =>
    app.call(user, { way: 'useKept', target: '', place })

  test.each(['JWT', 'FORWARD'])(
    '%s is of no use to another user, or in the background',
    async (target) => {
      await keep(target)
      expect(await use(alice)).toMatchObject({ user: 'alice' })
      app.backend.calls.length = 0
      expect((await use(bob)).message).toMatch(/resolved for another user/)
      for (const place of ['privileged', 'spawnedPrivileged', 'anonymous', 'userInOtherTenant'])
        expect((await use(alice, place)).code).toMatch(
          /^ERR_(USER_TOKEN_REQUIRED|TENANT_MISMATCH)$/
        )
      await app.sample.printed(
        /ERR_USER_TOKEN_REQUIRED · [^·]+ · the destination ".*" was resolved for another user/
      )
      expect(app.backend.calls).toEqual([])
    }
  )

  test('of the application itself it is of no use in another tenant', async () => {
    await keep('CC')
    expect(await use(bob)).toMatchObject({ as: 'client_credentials' })
    expect((await use(alice, 'subscriber')).message).toMatch(/resolved for another tenant/)
  })

  test.each(['JWT', 'PP', 'FORWARD', 'BASIC'])(
    '%s shows no token when it is printed',
    async (target) => {
      const printed = (await keep(target)) as string
      expect(printed).toContain(target)
      expect(printed).not.toMatch(/eyJ|Bearer ey|password: '|"p"/)
    }
  )
})

test('no token was printed', async () => {
  expect(await app.sample.output()).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
})

import type { Client } from '../../support/client.js'
import { PolicySample } from './policy-sample.js'

/** Authentication that is not this package's. */
const STRATEGIES = {
  xsuaa: { kind: 'xsuaa' },
  'an own implementation': {
    kind: 'own-auth',
    impl: 'srv/own-auth.ts',
    vcap: { label: 'xsuaa' }
  }
}

const rest = (destination: string, onBehalfOf?: string) => ({
  kind: 'rest',
  credentials: { destination },
  ...(onBehalfOf && { onBehalfOf })
})

describe.each(Object.entries(STRATEGIES))('services with onBehalfOf, and auth %s', (_, auth) => {
  let app: PolicySample
  const users: Record<string, Client> = {}

  beforeAll(async () => {
    app = await PolicySample.start(({ url }) => ({
      auth,
      named: rest('PP', 'namedUser'),
      exchanged: rest('JWT', 'namedUser'),
      system: rest('CC', 'systemUser'),
      forwarding: {
        kind: 'rest',
        credentials: { url, forwardAuthToken: true },
        onBehalfOf: 'namedUser'
      },
      basic: rest('BASIC', 'namedUser'),
      stock: rest('JWT')
    }))
    for (const name of ['alice', 'bob', 'tina', 'application']) users[name] = await app.as(name)
  })
  afterAll(() => app.stop())

  const call = async (name: string, target: string, place = 'request') => {
    app.backend.calls.length = 0
    const before = (await app.subjects()).length
    const result = (await app.call(users[name]!, { target, place })) as { code?: string }
    const subjects = (await app.subjects()).slice(before)
    return { code: result?.code, calls: app.backend.calls.slice(), subjects }
  }

  test('calls of parallel users go out as each of them', async () => {
    const before = (await app.subjects()).length
    const names = ['alice', 'bob', 'bob', 'alice', 'bob']
    await Promise.all(names.map((name) => app.call(users[name]!, { target: 'named' })))
    const subjects = (await app.subjects()).slice(before)
    expect(subjects.sort()).toEqual(['alice', 'alice', 'bob', 'bob', 'bob'])
  })

  test.each([
    ['exchanged', { user: 'bob', as: 'jwt-bearer' }],
    ['forwarding', { user: 'bob' }],
    ['system', { user: null, as: 'client_credentials' }]
  ])('%s', async (target, seen) => {
    expect(await call('bob', target)).toMatchObject({ code: undefined, calls: [seen] })
  })

  test.each(['named', 'exchanged', 'forwarding'])(
    '%s: nothing is sent for a technical token, nor in the background',
    async (target) => {
      const refused = { code: 'ERR_USER_TOKEN_REQUIRED', calls: [], subjects: [] }
      expect(await call('application', target)).toEqual(refused)
      for (const place of ['privileged', 'anonymous', 'custom', 'spawnedPrivileged']) {
        expect([place, await call('alice', target, place)]).toEqual([place, refused])
      }
    }
  )

  test('nothing is sent as a user in another tenant, or where the user would be lost', async () => {
    const { code } = await call('alice', 'named', 'userInOtherTenant')
    expect(code).toBe('ERR_TENANT_MISMATCH')
    expect(await call('alice', 'basic')).toMatchObject({
      code: 'ERR_DESTINATION_TECHNICAL',
      calls: []
    })
  })

  test("a service without onBehalfOf is CAP's own", async () => {
    const { calls } = await call('alice', 'stock', 'spawnedPrivileged')
    expect(calls).toMatchObject([{ user: 'alice' }]) // CAP takes the token of the HTTP request
  })
})

import type { Client } from '../../support/client.js'
import { PolicySample } from './policy-sample.js'

const KINDS = ['odata', 'odata-v2', 'rest', 'hcql']
const AS: Record<string, { destination: string; user: string | null; as: string }> = {
  namedUser: { destination: 'JWT', user: 'alice', as: 'jwt-bearer' },
  currentUser: { destination: 'JWT', user: 'alice', as: 'jwt-bearer' },
  systemUser: { destination: 'CC', user: null, as: 'client_credentials' },
  systemUserProvider: { destination: 'CC', user: null, as: 'client_credentials' }
}

let app: PolicySample
let alice: Client

beforeAll(async () => {
  app = await PolicySample.start(() => {
    const services = KINDS.flatMap((kind) =>
      Object.entries(AS).map(([onBehalfOf, { destination }]) => [
        `${kind}_${onBehalfOf}`,
        { kind, onBehalfOf, credentials: { destination, path: `/${kind}` } }
      ])
    )
    return Object.fromEntries(services)
  })
  alice = await app.as('alice')
})
afterAll(() => app.stop())

describe.each(KINDS)('kind %s', (kind) => {
  test.each(Object.entries(AS))('onBehalfOf %s', async (onBehalfOf, { user, as }) => {
    app.backend.calls.length = 0
    const target = `${kind}_${onBehalfOf}`
    const way = kind === 'rest' ? 'get' : 'read'
    expect(await app.call(alice, { way, target })).not.toHaveProperty('code')
    expect(app.backend.calls).toEqual([expect.objectContaining({ user, as })])
    expect(app.backend.calls[0]?.path).toMatch(new RegExp(`^/${kind}/`))
  })

  test('namedUser: nothing leaves in the background', async () => {
    app.backend.calls.length = 0
    const way = kind === 'rest' ? 'get' : 'read'
    const call = { way, target: `${kind}_namedUser`, place: 'spawnedPrivileged' }
    expect(await app.call(alice, call)).toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
    expect(app.backend.calls).toEqual([])
  })
})

import { PolicySample } from './policy-sample.js'

const DESTINATIONS = ['PP', 'JWT', 'FORWARD', 'CC', 'BASIC', 'NONE', 'TECHNICAL_USER']
const BOUND = ['BINDING', 'INLINE', 'INLINE_FORWARD']
const POLICIES = ['unset', 'namedUser', 'currentUser', 'systemUser', 'systemUserProvider']

/** As whom the other side is called (`alice`, `client`, `basic`, `none`), or the code of the refusal. */
type Cell = string

const USER_TOKEN_REQUIRED = 'ERR_USER_TOKEN_REQUIRED'
const TECHNICAL = 'ERR_DESTINATION_TECHNICAL'
const USER_BOUND = 'ERR_DESTINATION_USER_BOUND'

const all = (cell: Cell, names = [...DESTINATIONS, ...BOUND]) =>
  Object.fromEntries(names.map((name) => [name, cell]))
const OWN = { CC: 'client', BASIC: 'basic', NONE: 'none', TECHNICAL_USER: 'client' }
const USERS = ['PP', 'JWT', 'FORWARD']

/** With a named user who is current, and without one. */
const TABLE: Record<string, readonly [named: Record<string, Cell>, other: Record<string, Cell>]> = {
  unset: [
    { ...all('alice', USERS), ...OWN, BINDING: 'none', INLINE: 'none', INLINE_FORWARD: 'alice' },
    {
      ...all(USER_TOKEN_REQUIRED, USERS),
      ...OWN,
      BINDING: 'none',
      INLINE: 'none',
      INLINE_FORWARD: USER_TOKEN_REQUIRED
    }
  ],
  namedUser: [
    {
      ...all(TECHNICAL, Object.keys(OWN)),
      ...all('alice', [...USERS, 'BINDING', 'INLINE_FORWARD'])
    },
    all(USER_TOKEN_REQUIRED, [...DESTINATIONS, 'BINDING', 'INLINE_FORWARD'])
  ],
  currentUser: [
    {
      ...all(TECHNICAL, Object.keys(OWN)),
      ...all('alice', [...USERS, 'BINDING', 'INLINE_FORWARD'])
    },
    { ...all(USER_TOKEN_REQUIRED, [...USERS, 'INLINE_FORWARD']), ...OWN, BINDING: 'client' }
  ],
  systemUser: [
    { ...all(USER_BOUND, USERS), ...OWN, BINDING: 'client', INLINE: 'none' },
    { ...all(USER_BOUND, USERS), ...OWN, BINDING: 'client', INLINE: 'none' }
  ],
  systemUserProvider: [
    { ...all(USER_BOUND, USERS), ...OWN, BINDING: 'client', INLINE: 'none' },
    { ...all(USER_BOUND, USERS), ...OWN, BINDING: 'client', INLINE: 'none' }
  ]
}

let app: PolicySample
beforeAll(async () => {
  app = await PolicySample.start(({ url }, uaa) => {
    const credentials: Record<string, object> = {
      ...Object.fromEntries(DESTINATIONS.map((destination) => [destination, { destination }])),
      BINDING: { url, uaa },
      INLINE: { url },
      INLINE_FORWARD: { url, forwardAuthToken: true }
    }
    const services = POLICIES.flatMap((policy) =>
      Object.keys(TABLE[policy]![0]).map((name) => [
        `${policy}_${name}`,
        {
          kind: 'rest',
          credentials: credentials[name],
          ...(policy !== 'unset' && { onBehalfOf: policy })
        }
      ])
    )
    return Object.fromEntries(services)
  })
})
afterAll(() => app.stop())

/** As whom the call came. */
async function seen(user: string, place: string, target: string): Promise<Cell> {
  const before = (await app.subjects()).length
  const calls = app.backend.calls.length
  const connections = app.emulator.connections.connectivity
  const { code } = (await app.call(await app.as(user), { place, target })) as { code?: string }
  const subjects = (await app.subjects()).slice(before)
  const who = app.backend.calls.slice(calls)
  if (code) {
    // refused before anything leaves
    expect({ who, subjects, code }).toEqual({ who: [], subjects: [], code })
    expect(app.emulator.connections.connectivity).toBe(connections)
    return code
  }
  expect([...subjects, ...who]).toHaveLength(1)
  const [name] = subjects
  if (name) return name === 'sb-maintenance!t1' ? 'client' : name
  const [{ user: sender, as } = { user: null, as: '' }] = who
  return sender ?? { client_credentials: 'client', none: 'none' }[as] ?? as
}

describe.each(POLICIES)('onBehalfOf %s', (policy) => {
  const [named, other] = TABLE[policy]!

  test.each(Object.entries(named))('%s, a named user is current: %s', async (name, cell) => {
    for (const place of ['request', 'spawned']) {
      expect(await seen('alice', place, `${policy}_${name}`)).toBe(cell)
    }
  })

  test.each(Object.entries(other))('%s, no named user is current: %s', async (name, cell) => {
    for (const place of ['privileged', 'spawnedPrivileged', 'anonymous', 'custom']) {
      expect(await seen('alice', place, `${policy}_${name}`)).toBe(cell)
    }
    expect(await seen('application', 'request', `${policy}_${name}`)).toBe(cell)
  })
})

test('no user token is ever sent where a technical user goes out', () => {
  const technical = app.backend.calls.filter(({ as }) => as === 'client_credentials')
  expect(technical.length).toBeGreaterThan(40)
  expect(technical.filter(({ user }) => user)).toEqual([])
})

test('no token was printed', async () => {
  expect(await app.sample.output()).not.toMatch(/eyJ[\w-]+\.[\w-]+/)
})

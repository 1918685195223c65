import {
  type DestinationOptions,
  resolveDestination
} from '../../../../src/destination/resolve/resolve.js'
import type { PrincipalError } from '../../../../src/errors.js'
import { setSharedCache, type SharedCache } from '../../../../src/lib/sharing/shared-cache.js'
import type { Principal } from '../../../../src/user/principal.js'
import { Landscape } from '../support/landscape.js'

const PUBLIC = { URL: 'https://s4.example', Authentication: 'NoAuthentication' }
const SECRET = { ...PUBLIC, Authentication: 'BasicAuthentication', User: 'u', Password: 'canary' }
const AS_USER = { ...PUBLIC, Authentication: 'OAuth2JWTBearer' }
const provider: Principal = { kind: 'technical', origin: 'token', tenant: undefined }
const subscriber: Principal = { kind: 'technical', origin: 'token', tenant: 'customer-1' }

let landscape: Landscape
beforeAll(async () => {
  landscape = await Landscape.start({
    destinations: { S4_PLANT: SECRET, ONLY_PROVIDER: PUBLIC, AS_USER },
    fragments: { known: { URL: 'https://other.example' } },
    tenants: {
      'customer-1': { destinations: { OWN: PUBLIC } },
      'customer-2': {},
      'customer-3': {},
      'customer-4': {}
    }
  })
})
afterAll(() => landscape.stop())

async function refusal(name: string, principal: Principal, options: DestinationOptions = {}) {
  const error: unknown = await resolveDestination(name, principal, options).catch((e: unknown) => e)
  const { code, message, explanation } = error as PrincipalError
  expect(code).toBe('ERR_DESTINATION_NOT_FOUND')
  expect(message).not.toMatch(/canary|https:/)
  return { message, explanation }
}

test('a misspelt name: the nearest one, and where it was looked for', async () => {
  const { explanation } = await refusal('S4_PLNT', provider)
  expect(explanation).toEqual({
    hop: 'destination',
    destination: 'S4_PLNT',
    cause:
      'there is no destination "S4_PLNT" in the service instance and the subaccount of the provider',
    sent: 'S4_PLNT',
    expected: 'S4_PLANT',
    fix: 'Did you mean "S4_PLANT"? Otherwise create it in the subaccount or the service instance of the tenant.'
  })
})

test('a name that is near to none: those that there are', async () => {
  const { explanation } = await refusal('ELSEWHERE', provider)
  expect(explanation).toMatchObject({
    expected: 'S4_PLANT, ONLY_PROVIDER, AS_USER',
    fix: 'Create it in the subaccount or the service instance of the tenant.'
  })
})

test.each<[string, string, DestinationOptions, RegExp]>([
  [
    'only the provider has it',
    'ONLY_PROVIDER',
    { selectionStrategy: 'alwaysSubscriber' },
    /of the subscriber\. The provider has one of that name.*"subscriberFirst"/
  ],
  [
    'only the provider has it, and it propagates users',
    'AS_USER',
    { selectionStrategy: 'subscriberFirst' },
    /of the subscriber and of the provider\. The provider has one.*"alwaysProvider"/
  ],
  [
    'only the subscriber has it',
    'OWN',
    { selectionStrategy: 'alwaysProvider' },
    /subaccount of the provider\. The subscriber has one of that name/
  ],
  [
    'it is on another level',
    'OWN',
    { level: 'instance' },
    /on level "instance"\. It is on another level \(subaccount of the subscriber\)/
  ],
  [
    'a fragment is not there',
    'OWN',
    { fragmentName: 'unknown' },
    /with fragment "unknown" in .*\. The destination is there: check the names of the fragments/
  ]
])('%s', async (_, name, options, message) => {
  expect((await refusal(name, subscriber, options)).message).toMatch(message)
})

test('a subscriber without destinations', async () => {
  const { message } = await refusal('OWN', { ...subscriber, tenant: 'customer-2' })
  expect(message).toMatch(/there is no destination "OWN"/)
})

describe('that a subscriber has no such destination is known for a short time', () => {
  const FIRST: DestinationOptions = { selectionStrategy: 'subscriberFirst' }
  const ofTenant = (tenant: string): Principal => ({ ...subscriber, tenant })
  const find = (tenant: string, options: DestinationOptions = {}) =>
    resolveDestination('ONLY_PROVIDER', ofTenant(tenant), { ...FIRST, ...options })

  /** Counts the look-ups that `work` makes. */
  async function lookUps(work: () => Promise<unknown>): Promise<number> {
    const { calls } = await landscape.calls(work)
    return Object.entries(calls).reduce((n, [c, count]) => (c.includes('grant') ? n : n + count), 0)
  }

  afterEach(() => {
    setSharedCache(undefined)
    jest.restoreAllMocks()
  })

  test('so that a call with "subscriberFirst" does not ask each time', async () => {
    await find('customer-2')
    const { calls } = await landscape.calls(async () => {
      for (let i = 0; i < 5; i++) await find('customer-2')
    })
    expect(calls).toEqual({})
  })

  test('and not for longer, nor for a call that ignores caches', async () => {
    await find('customer-2')
    expect(await lookUps(() => find('customer-2', { useCache: false }))).toBe(2)
    const now = performance.now()
    jest.spyOn(performance, 'now').mockReturnValue(now + 30_001)
    expect(await lookUps(() => find('customer-2'))).toBe(1)
  })

  test('in all instances, so that they do not ask one after the other', async () => {
    const entries = new Map<string, string>()
    const lifetimes: number[] = []
    const cache: SharedCache = {
      fetch: async ({ kind, tenant, key }, fetch) => {
        const place = JSON.stringify([kind, tenant, key])
        const entry = entries.get(place)
        if (entry !== undefined) return { value: JSON.parse(entry), lifetime: 1000 }
        const fetched = await fetch()
        lifetimes.push(fetched.lifetime)
        const json = JSON.stringify(fetched.value) as string | undefined
        if (kind === 'destinations' && json !== undefined) entries.set(place, json)
        return fetched
      }
    }
    setSharedCache(cache)
    await find('customer-3')
    const ofSubscriber = [...entries].filter(([place]) => place.includes('customer-3'))
    expect(ofSubscriber).toEqual([[expect.stringContaining('ONLY_PROVIDER'), 'null']])
    expect(lifetimes).toContain(30_000)
    entries.set(ofSubscriber[0]![0].replaceAll('customer-3', 'customer-4'), 'null')
    const { calls } = await landscape.calls(() => find('customer-4'))
    expect(calls).toEqual({})
  })
})

test('names are asked for once in a while, and an error does not wait for them', async () => {
  const { emulator } = landscape
  const before = emulator.requests('destination').length
  await refusal('S4_PLNTS', provider)
  expect(emulator.requests('destination').slice(before)).toHaveLength(1)
  const other = await Landscape.start({ destinations: { S4: PUBLIC } })
  other.emulator.enqueue('destination', { status: 404 })
  other.emulator.enqueue('destination', { status: 500 })
  other.emulator.enqueue('destination', { status: 200, body: { not: 'a list' } })
  try {
    const { explanation } = await refusal('S5', provider)
    expect(explanation).not.toHaveProperty('expected')
  } finally {
    await other.stop()
  }
})

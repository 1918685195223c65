import {
  type DestinationOptions,
  resolveDestination
} from '../../../../src/destination/resolve/resolve.js'
import type { PrincipalError } from '../../../../src/errors.js'
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
    tenants: { 'customer-1': { destinations: { OWN: PUBLIC } }, 'customer-2': {} }
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

test('names are asked for once in a while, and an error does not wait for them', async () => {
  const { emulator } = landscape
  const before = emulator.requests('destination').length
  await refusal('S4_PLNT', provider)
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

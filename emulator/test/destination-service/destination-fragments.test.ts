import { startEmulator, type Emulator } from '../../src/index.js'
import { credentials, send } from '../support/http.js'
import { options } from '../support/maintenance.js'

const BASE = { Name: 'BASE', Type: 'HTTP', URL: 'https://base.example' }

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...options,
    destinations: {
      BASE: { URL: BASE.URL },
      TOKEN: { URL: BASE.URL, Authentication: 'OAuth2ClientCredentials', clientId: 'unknown' }
    },
    fragments: {
      one: { example: 'one', shared: '1' },
      two: { shared: true },
      client: { clientId: 'sb-maintenance!t1', Name: 'OTHER' }
    },
    tenants: { acme: { destinations: { OWN: { URL: BASE.URL } }, fragments: { own: { a: 'b' } } } }
  })
})
afterAll(() => emulator.stop())

async function get(path: string, headers: Record<string, string> = {}, tenant?: string) {
  const token = await emulator.issueToken({
    client: 'destination',
    ...(tenant && { claims: { zid: tenant } })
  })
  const url = `${credentials(emulator, 'destination')['uri']}/destination-configuration/${path}`
  const authorization = `Bearer ${token}`
  const { status, body } = await send(url, {
    ca: emulator.ca,
    headers: { authorization, ...headers }
  })
  return { status, body, properties: body.destinationConfiguration }
}

test.each<[string, string, string | undefined, object | undefined]>([
  ['one', 'one', undefined, { example: 'one', shared: '1', FragmentName: 'one' }],
  ['a later one wins', 'one,two', undefined, { shared: 'true', FragmentName: 'one,two' }],
  ['with blanks', 'two, one', undefined, { shared: '1', FragmentName: 'two,one' }],
  ['missing', 'three', undefined, undefined],
  ['missing and not optional', 'three', 'false', undefined],
  ['missing and optional', 'three', 'true', { URL: BASE.URL }],
  ['one of several missing: optional does not count', 'one,three', 'true', undefined]
])('%s', async (_, name, optional, expected) => {
  const { status, properties, body } = await get('v1/destinations/BASE', {
    'x-fragment-name': name,
    ...(optional && { 'x-fragment-optional': optional })
  })
  if (!expected) {
    expect(status).toBe(404)
    expect(body.ErrorMessage).toMatch('not found')
    return
  }
  expect(properties).toMatchObject({ ...BASE, ...expected })
  expect('FragmentName' in properties).toBe('FragmentName' in expected)
})

test('tokens are those of the merged destination, whose name stays', async () => {
  expect((await get('v1/destinations/TOKEN')).body.authTokens[0].error).toMatch('unauthorized')
  const { body, properties } = await get('v1/destinations/TOKEN', { 'X-Fragment-Name': 'client' })
  expect(body.authTokens[0].error).toBeUndefined()
  expect(properties).toMatchObject({ Name: 'TOKEN', clientId: 'sb-maintenance!t1' })
})

describe('v2', () => {
  test.each<[string, string | undefined, number]>([
    ['BASE@subaccount', undefined, 200],
    ['BASE@provider_subaccount', undefined, 200],
    ['BASE@instance', undefined, 404],
    ['BASE@provider_instance', undefined, 404],
    ['BASE', undefined, 400],
    ['BASE@elsewhere', undefined, 400],
    ['BASE@constructor', undefined, 400],
    ['OWN@subaccount', 'acme', 200],
    ['BASE@subaccount', 'acme', 404],
    ['OWN@provider_subaccount', 'acme', 404],
    ['BASE@provider_subaccount', 'acme', 200]
  ])('%s for tenant %s: %d', async (name, tenant, expected) => {
    const { status, body } = await get(`v2/destinations/${name}`, {}, tenant)
    expect(status).toBe(expected)
    expect(body.owner).toBeUndefined()
  })

  test.each<[string, string, string | undefined, number]>([
    ['BASE@subaccount', 'one', undefined, 200],
    ['BASE@subaccount', 'one@provider_subaccount', undefined, 200],
    ['BASE@subaccount', 'one@instance', undefined, 404],
    ['BASE@subaccount', 'one@elsewhere', undefined, 400],
    ['OWN@subaccount', 'own@subaccount', 'acme', 200],
    ['BASE@provider_subaccount', 'own@subaccount', 'acme', 403],
    ['OWN@subaccount', 'one@provider_subaccount', 'acme', 403],
    ['BASE@provider_subaccount', 'one', 'acme', 200]
  ])('%s with fragment %s for tenant %s: %d', async (name, fragment, tenant, expected) => {
    const headers = { 'x-fragment-name': fragment }
    const { status, properties } = await get(`v2/destinations/${name}`, headers, tenant)
    expect(status).toBe(expected)
    if (status === 200) expect(properties.FragmentName).toBe(fragment.split('@')[0])
  })

  test('the owner is there on demand', async () => {
    const { properties } = await get('v2/destinations/BASE@subaccount?includeMetadata=owner')
    const SubaccountId = credentials(emulator)['tenantid']
    expect(properties.$metadata.owner.destinations).toEqual([
      { Name: 'BASE', SubaccountId, InstanceId: null }
    ])
  })

  test('there is nothing else', async () => {
    expect((await get('v2/subaccountDestinations')).status).toBe(404)
  })
})

import cds from '@sap/cds'

import { lookUpAll } from '../../../src/doctor/look-ups.js'
import * as service from '../../../src/destination/look-up/service.js'
import { type LookUpOptions, lookUpOf } from '../../../src/destination/look-up/options.js'
import { bindingOf, serviceOf } from './facts.js'

jest.mock('../../../src/destination/look-up/service.js', () => ({
  ...jest.requireActual<object>('../../../src/destination/look-up/service.js'),
  find: jest.fn(),
  findCertificate: jest.fn(),
  destinationNames: jest.fn(() => Promise.resolve(['S4_HANA']))
}))
const { find, findCertificate } = jest.mocked(service)

const bindings = [
  bindingOf('destination', { clientid: 'c', uri: 'https://d', tenantid: 'provider' })
]
const USER = { sub: 'alice', azp: 'shop' }

/** Token of a tenant; nobody verifies it here. */
const tokenOf = (zid: string, claims: object = { grant_type: 'client_credentials' }) =>
  `${['{"alg":"RS256"}', JSON.stringify({ zid, ...claims })].map((part) => Buffer.from(part).toString('base64url')).join('.')}.AAAA`

const lookedUp = async (token?: string, isOnline = true, service = serviceOf('S4')) => {
  const sources = { services: [service], exported: undefined, bindings, isOnline, token }
  return (await lookUpAll(sources)).get('S4')
}

/** Lets the Destination service have a destination in one tenant. */
function has(tenant: string | undefined, owner: object, configuration: object = {}): void {
  find.mockImplementation((scope) =>
    Promise.resolve(
      (scope.tenant === tenant
        ? { owner, destinationConfiguration: { Name: 'S4', ...configuration } }
        : undefined) as never
    )
  )
}

test.each([
  [undefined, undefined, {}, 'the subaccount of the provider'],
  ['provider', undefined, { InstanceId: 'i' }, 'the service instance of the provider'],
  ['tenant-1', 'tenant-1', {}, 'the subaccount of the subscriber'],
  ['tenant-1', undefined, {}, 'the subaccount of the provider']
])('a token of %s, a destination in %s', async (tenant, owner, details, place) => {
  has(owner, details)
  expect(await lookedUp(tenant && tokenOf(tenant))).toMatchObject({ place })
})

describe('with the token of a subscriber, it is looked for where the call does', () => {
  const places = ['the subaccount of the subscriber', 'the subaccount of the provider']
  const [SUBSCRIBER, PROVIDER] = places
  const always = (selectionStrategy: string) => ({ selectionStrategy })
  const kinds: Record<string, object> = { user: USER, client: { sub: 'shop', azp: 'shop' } }

  test.each([
    ['user', 'namedUser', undefined, SUBSCRIBER, undefined],
    ['user', 'currentUser', undefined, SUBSCRIBER, undefined],
    ['user', 'systemUser', undefined, SUBSCRIBER, undefined],
    ['user', 'systemUserProvider', undefined, PROVIDER, PROVIDER],
    ['user', 'namedUser', always('alwaysProvider'), PROVIDER, PROVIDER],
    ['user', 'systemUser', always('alwaysProvider'), PROVIDER, PROVIDER],
    ['user', 'systemUser', always('subscriberFirst'), SUBSCRIBER, PROVIDER],
    ['client', 'namedUser', undefined, SUBSCRIBER, undefined],
    ['client', 'currentUser', undefined, SUBSCRIBER, undefined],
    ['client', 'currentUser', always('subscriberFirst'), SUBSCRIBER, PROVIDER]
  ])('a %s, %s, %j', async (kind, onBehalfOf, destinationOptions, ofBoth, ofProvider) => {
    const { options, ...rest } = serviceOf('S4', onBehalfOf)
    const service = {
      ...rest,
      options: { ...options, ...(destinationOptions && { destinationOptions }) }
    }
    const token = tokenOf('tenant-1', kinds[kind])
    find.mockResolvedValue({ owner: {}, destinationConfiguration: { Name: 'S4' } })
    expect((await lookedUp(token, true, service))?.place).toBe(ofBoth)
    has(undefined, {})
    const inProvider = await lookedUp(token, true, service)
    expect(inProvider?.place).toBe(ofProvider)
    expect(inProvider?.missing?.code).toBe(ofProvider ? undefined : 'ERR_DESTINATION_NOT_FOUND')
  })

  test('a fallback leads no user to the provider', async () => {
    const { options, ...rest } = serviceOf('S4', 'namedUser')
    const destinationOptions = always('subscriberFirst')
    const service = { ...rest, options: { ...options, destinationOptions } }
    has(undefined, {}, { Authentication: 'PrincipalPropagation', ProxyType: 'OnPremise' })
    expect((await lookedUp(tokenOf('tenant-1', USER), true, service))?.missing).toMatchObject({
      code: 'ERR_DESTINATION_NOT_FOUND'
    })
  })

  test.each([
    ['principal', undefined],
    ['xsuaa', PROVIDER]
  ])('without onBehalfOf and with %s, the current user decides', async (kind, place) => {
    const auth = jest.replaceProperty(cds.env.requires, 'auth', { kind, impl: kind })
    has(undefined, {})
    expect((await lookedUp(tokenOf('tenant-1', USER)))?.place).toBe(place)
    expect((await lookedUp(tokenOf('tenant-1')))?.place).toBe(PROVIDER)
    auth.restore()
  })
})

describe('services that name the same destination', () => {
  const placesOf = async (...options: object[]) => {
    const services = options.map((own, i) => {
      const service = serviceOf('S4', 'systemUser')
      return { ...service, name: `S4_${i}`, options: { ...service.options, ...own } }
    })
    const sources = { exported: undefined, bindings, isOnline: true, token: tokenOf('tenant-1') }
    const seen = await lookUpAll({ ...sources, services })
    return services.map(({ name }) => seen.get(name)?.place?.replace(/^the subaccount of the /, ''))
  }
  const always = (selectionStrategy: string) => ({ destinationOptions: { selectionStrategy } })
  beforeEach(() => find.mockClear())

  test.each([
    [always('alwaysProvider'), always('alwaysSubscriber')],
    [{ onBehalfOf: 'systemUserProvider' }, { onBehalfOf: 'namedUser' }],
    [always('alwaysProvider'), {}]
  ])('are looked up each where its calls look for it: %j, %j', async (first, second) => {
    has(undefined, {})
    expect(await placesOf(first, second)).toEqual(['provider', undefined])
    expect(await placesOf(second, first)).toEqual([undefined, 'provider'])
  })

  test.each<[LookUpOptions, LookUpOptions]>([
    [{ fragmentName: 'A' }, { fragmentName: 'B' }],
    [{ fragmentName: 'A' }, { fragmentName: 'A', fragmentOptional: true }],
    [{ level: 'subaccount' }, { level: 'instance' }],
    [{}, { level: 'subaccount' }]
  ])('are asked for with the options of each: %j, %j', async (first, second) => {
    has('tenant-1', {})
    await placesOf({ destinationOptions: first }, { destinationOptions: second })
    expect(find.mock.calls.map(([{ lookUp }]) => lookUp)).toEqual([
      lookUpOf(first),
      lookUpOf(second)
    ])
  })

  test('share one answer where their calls share it', async () => {
    has('tenant-1', {})
    const same = [{}, always('alwaysSubscriber'), { destinationOptions: { useCache: false } }]
    expect(await placesOf(...same)).toEqual(['subscriber', 'subscriber', 'subscriber'])
    expect(find).toHaveBeenCalledTimes(1)
  })

  test('are others where only the case of the letters differs', async () => {
    find.mockImplementation((_, name) =>
      Promise.resolve(
        (name === 'S4'
          ? { owner: {}, destinationConfiguration: { Name: name } }
          : undefined) as never
      )
    )
    const services = [serviceOf('S4'), serviceOf('s4')]
    const sources = { exported: undefined, bindings, isOnline: true, token: undefined }
    const seen = await lookUpAll({ ...sources, services })
    expect(seen.get('S4')?.place).toBe('the subaccount of the provider')
    expect(seen.get('s4')?.missing?.code).toBe('ERR_DESTINATION_NOT_FOUND')
  })
})

test('the certificates that it names are fetched; of one that is not there, the name is left', async () => {
  has(undefined, {}, { KeyStoreLocation: 'client.pem', TrustStoreLocation: 'ca.pem' })
  findCertificate.mockImplementation((_, name) =>
    Promise.resolve(name === 'ca.pem' ? { Name: name, Content: 'PEM' } : undefined)
  )
  expect((await lookedUp())?.certificates).toEqual([
    { Name: 'client.pem' },
    { Name: 'ca.pem', Content: 'PEM' }
  ])
})

test('one that is not there has the error of a call, with the name that is near', async () => {
  has('nowhere', {})
  const seen = await lookedUp()
  expect(seen?.missing?.code).toBe('ERR_DESTINATION_NOT_FOUND')
  expect(seen?.configuration).toBeUndefined()
})

test('a service that does not answer, and none that may be asked, are reasons', async () => {
  find.mockRejectedValue(new Error('timeout'))
  expect((await lookedUp())?.reason).toMatch(/can't be asked: timeout/)
  expect((await lookedUp(undefined, false))?.reason).toMatch(/--destinations/)
})

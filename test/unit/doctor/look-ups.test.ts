import { lookUpAll } from '../../../src/doctor/look-ups.js'
import * as service from '../../../src/destination/look-up/service.js'
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
const services = [serviceOf('S4')]

/** Token of a tenant; nobody verifies it here. */
const tokenOf = (zid: string) =>
  `${['{"alg":"RS256"}', JSON.stringify({ zid })].map((part) => Buffer.from(part).toString('base64url')).join('.')}.AAAA`

const lookedUp = async (token?: string, isOnline = true) => {
  const all = await lookUpAll({ services, exported: undefined, bindings, isOnline, token })
  return all.get('S4')
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

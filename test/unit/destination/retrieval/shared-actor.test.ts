import type { Configured } from '../../../../src/destination/look-up/look-up.js'
import { userToken } from '../../../../src/destination/retrieval/user.js'
import { type SharedCache, setSharedCache } from '../../../../src/lib/sharing/shared-cache.js'
import type { Key } from '../../../../src/lib/single-flight.js'
import { user } from '../../remote/support/backend.js'

const mockBinding = jest.fn<Promise<unknown>, [string]>()
jest.mock('../../../../src/destination/binding/binding.js', () => ({
  serviceBinding: (label: string) => mockBinding(label)
}))
jest.mock('../../../../src/destination/tokens/service.js', () => ({
  serviceTokenOf: () => Promise.resolve('actor-token')
}))
const mockRetrieve = jest.fn()
jest.mock('../../../../src/destination/look-up/look-up.js', () => ({
  serviceKey: () => ['https://destination', 'sb-destination'],
  retrieve: (...args: unknown[]): unknown => mockRetrieve(...args)
}))

const CONFIGURED = {
  destination: { name: 'S4', authentication: 'OAuth2TokenExchange' },
  scope: { service: { credentials: {} }, tenant: 't1' },
  fingerprint: 'fingerprint'
} as unknown as Configured

afterEach(() => {
  setSharedCache(undefined)
})

test('applications with the same Destination service do not share tokens that name the application', async () => {
  const keys: Key[] = []
  const cache: SharedCache = {
    fetch: (result, fetch) => {
      keys.push(result.key)
      return fetch()
    }
  }
  setSharedCache(cache)
  const http_header = { key: 'Authorization', value: 'Bearer token' }
  const token = { type: 'bearer', value: 'token', expiresIn: '600', error: null, http_header }
  const destinationConfiguration = {}
  mockRetrieve.mockResolvedValue({
    ...{ authTokens: [token], originalProperties: { destinationConfiguration } }
  })
  for (const clientid of ['sb-one', 'sb-two', 'sb-one']) {
    mockBinding.mockResolvedValue({ credentials: { clientid } })
    await userToken(CONFIGURED, user('alice'), { actorToken: 'xsuaa' })
  }
  expect(mockRetrieve).toHaveBeenCalledTimes(2)
  expect(keys[0]).not.toEqual(keys[1])
})

import type { Destination } from '@sap-cloud-sdk/connectivity'

import type { Configured } from '../../../../src/destination/look-up/look-up.js'
import { technicalTokens } from '../../../../src/destination/retrieval/technical.js'
import {
  setSharedCache,
  type SharedCache,
  type SharedResult
} from '../../../../src/lib/sharing/shared-cache.js'

const mockRetrieve = jest.fn()
jest.mock('../../../../src/destination/look-up/look-up.js', () => ({
  serviceKey: () => ['https://destination', 'sb-client'],
  retrieve: (...args: unknown[]): unknown => mockRetrieve(...args)
}))

const TOKEN = {
  type: 'bearer',
  value: 'token',
  expiresIn: '600',
  error: null,
  http_header: { key: 'Authorization', value: 'Bearer token' }
}
const CERTIFICATE = { name: 'client.p12', content: 'PRIVATE KEY', type: 'CERTIFICATE' }

describe('what other instances get of a technical destination', () => {
  const results: SharedResult<unknown>[] = []
  const shared: unknown[] = []

  beforeEach(() => {
    results.length = 0
    shared.length = 0
    const cache: SharedCache = {
      fetch: async (result, fetch) => {
        const fetched = await fetch()
        results.push(result as SharedResult<unknown>)
        shared.push(result.toJson ? result.toJson(fetched.value) : fetched.value)
        return fetched
      }
    }
    setSharedCache(cache)
  })
  afterEach(() => {
    setSharedCache(undefined)
  })

  const configured = (authentication: string): Configured =>
    ({
      destination: {
        name: authentication,
        authentication,
        originalProperties: { destinationConfiguration: {} }
      } as unknown as Destination,
      scope: { service: { credentials: {} }, tenant: 'tenant-1' },
      fingerprint: String(Math.random())
    }) as unknown as Configured

  test('the token of the application', async () => {
    mockRetrieve.mockResolvedValue({ authTokens: [TOKEN], certificates: [] })
    await technicalTokens(configured('OAuth2ClientCredentials'), 'tenant-1')
    expect(shared).toEqual([{ authTokens: [TOKEN], certificates: [] }])
    expect(results).toMatchObject([{ kind: 'service-tokens', tenant: 'tenant-1' }])
  })

  test('nothing that comes with a key store, which has a private key', async () => {
    mockRetrieve.mockResolvedValue({ authTokens: [TOKEN], certificates: [CERTIFICATE] })
    const own = await technicalTokens(configured('OAuth2ClientCredentials'), 'tenant-1')
    expect(own).toEqual({ authTokens: [TOKEN], certificates: [CERTIFICATE] })
    expect(shared).toEqual([undefined])
  })

  test('nothing of a destination with a client certificate', async () => {
    mockRetrieve.mockResolvedValue({ certificates: [CERTIFICATE] })
    await technicalTokens(configured('ClientCertificateAuthentication'), 'tenant-1')
    expect(results).toEqual([])
  })

  test('the token for a refresh token only as that of a user', async () => {
    mockRetrieve.mockResolvedValue({ authTokens: [TOKEN], certificates: [] })
    await technicalTokens(configured('OAuth2RefreshToken'), 'tenant-1', 'refresh token of alice')
    expect(results).toMatchObject([{ kind: 'user-tokens' }])
    expect(JSON.stringify(results)).not.toContain('refresh token of alice')
  })
})

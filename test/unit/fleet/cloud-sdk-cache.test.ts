import type { CacheEntry, Destination, DestinationAuthToken } from '@sap-cloud-sdk/connectivity'

import { sharedDestinationCache } from '../../../src/fleet/cloud-sdk-cache.js'
import type { SharedResult } from '../../../src/lib/sharing/shared-cache.js'
import type { Lasting } from '../../../src/lib/single-flight.js'
import { forge, signingKey } from '../../integration/oidc/forge.js'

const mockBinding = jest.fn<Promise<unknown>, [string]>()
jest.mock('../../../src/destination/binding/binding.js', () => ({
  serviceBinding: (label: string) => mockBinding(label)
}))

const entries = new Map<string, Lasting<unknown>>()
const mockCache = {
  peek: (result: SharedResult<unknown>) => Promise.resolve(entries.get(placeOf(result))),
  put: (result: SharedResult<unknown>, lasting: Lasting<unknown>) => {
    entries.set(placeOf(result), lasting)
    return Promise.resolve()
  }
}
jest.mock('../../../src/fleet/install.js', () => ({ fleetCache: () => mockCache }))

const placeOf = ({ kind, tenant, key }: SharedResult<unknown>) =>
  JSON.stringify([kind, tenant, key])

const SECOND = 1000
const MINUTE = 60 * SECOND
const NOW = 1_800_000_000_000
const KEY = 'tenant::S4'
const S4: Destination = { name: 'S4', url: 'https://s4', authentication: 'BasicAuthentication' }

function bind(uri: string, clientid: string): void {
  mockBinding.mockResolvedValue({ label: 'destination', credentials: { uri, clientid } })
}

/** A destination with a token of the application. */
function withToken(expiresIn: string | undefined, value = 'token'): Destination {
  const http_header = { key: 'Authorization', value: `Bearer ${value}` }
  const token = { type: 'Bearer', value, expiresIn, error: null, http_header }
  const authTokens = [token as DestinationAuthToken]
  return { ...S4, authentication: 'OAuth2ClientCredentials', authTokens }
}

/** Milliseconds for which others get an entry; `undefined` if they don't. */
async function sharedFor(entry: CacheEntry<Destination>): Promise<number | undefined> {
  entries.clear()
  await sharedDestinationCache().set(KEY, entry)
  return [...entries.values()][0]?.lifetime
}

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW)
  entries.clear()
  bind('https://destination', 'sb-client')
})
afterEach(() => {
  jest.restoreAllMocks()
})

describe('destinations are shared', () => {
  test('by those with the same Destination service', async () => {
    await sharedDestinationCache().set(KEY, { entry: S4 })
    expect(await sharedDestinationCache().get(KEY)).toEqual(S4)
    expect(mockBinding).toHaveBeenLastCalledWith('destination')
  })

  test.each([
    ['https://destination', 'sb-other'],
    ['https://other', 'sb-client']
  ])('not with the service %s and client %s', async (uri, clientid) => {
    await sharedDestinationCache().set(KEY, { entry: S4 })
    bind(uri, clientid)
    expect(await sharedDestinationCache().get(KEY)).toBeUndefined()
  })

  test.each([
    ['no binding', () => mockBinding.mockResolvedValue(undefined)],
    ['a binding without a key', () => mockBinding.mockRejectedValue(new Error('no key'))]
  ])('not with %s', async (_, change) => {
    const own = sharedDestinationCache()
    change()
    await own.set(KEY, { entry: S4 })
    expect(entries.size).toBe(0)
    expect(await own.get(KEY)).toEqual(S4)
    expect(await sharedDestinationCache().get(KEY)).toBeUndefined()
  })
})

describe('destinations are shared for', () => {
  test('five minutes, and no longer than until their end', async () => {
    expect(await sharedFor({ entry: S4 })).toBe(5 * MINUTE)
    expect(await sharedFor({ entry: S4, expires: NOW + 60 * MINUTE })).toBe(5 * MINUTE)
    expect(await sharedFor({ entry: S4, expires: NOW + MINUTE })).toBe(MINUTE)
  })

  test('five minutes with a token of twelve hours', async () => {
    const [entry, expires] = [withToken('43200'), NOW + 720 * MINUTE]
    expect(await sharedFor({ entry, expires })).toBe(5 * MINUTE)
  })

  test('less than a token, by a minute', async () => {
    const ofThreeMinutes = { entry: withToken('180'), expires: NOW + 3 * MINUTE }
    expect(await sharedFor(ofThreeMinutes)).toBe(2 * MINUTE)
    const exp = NOW / SECOND + 120
    const jwt = forge(signingKey('xsuaa'), {}, { exp })
    expect(await sharedFor({ entry: withToken('43200', jwt) })).toBe(MINUTE)
  })

  test('no time with a token that ends in a minute, or does not say when', async () => {
    expect(await sharedFor({ entry: withToken('60'), expires: NOW + MINUTE })).toBeUndefined()
    expect(await sharedFor({ entry: withToken(undefined) })).toBeUndefined()
  })
})

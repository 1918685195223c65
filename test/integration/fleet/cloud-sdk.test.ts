import { randomUUID } from 'node:crypto'

import type { Destination } from '@sap-cloud-sdk/connectivity'

import { sharedDestinationCache } from '../../../src/fleet/cloud-sdk-cache.js'
import { fleetCache, installFleetCache } from '../../../src/fleet/install.js'
import { cdsRequires } from '../../unit/destination/support/cds-requires.js'
import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { SECRET } from './caches.js'

const program = redisProgram()
const title = program
  ? 'destination cache of the SAP Cloud SDK'
  : 'destination cache of the SAP Cloud SDK (skipped: no redis-server is installed)'

const DESTINATION = {
  ...{ uri: 'https://destination', url: 'https://xsuaa' },
  ...{ clientid: 'sb-client', clientsecret: 'secret' }
}
const TECHNICAL: Destination = {
  name: 'S4',
  url: 'https://s4',
  authentication: 'BasicAuthentication'
}
const OF_USER: Destination = {
  name: 'S4',
  url: 'https://s4',
  authentication: 'OAuth2JWTBearer',
  authTokens: [
    {
      type: 'Bearer',
      value: 'token',
      expiresIn: '600',
      error: null,
      http_header: { key: 'Authorization', value: 'Bearer token' }
    }
  ]
}

test('without a shared cache, it is a cache of this process', async () => {
  const cache = sharedDestinationCache()
  await cache.set('tenant::S4', { entry: TECHNICAL })
  expect(await cache.get('tenant::S4')).toEqual(TECHNICAL)
  expect(await cache.hasKey('tenant::OTHER')).toBe(false)
  expect(await cache.get(undefined)).toBeUndefined()
  await cache.clear()
  expect(await cache.hasKey('tenant::S4')).toBe(false)
})

;(program ? describe : describe.skip)(title, () => {
  let redis: Redis

  beforeAll(async () => {
    cdsRequires({ destinations: { vcap: { label: 'destination' }, credentials: DESTINATION } })
    redis = await startRedis(program!, randomUUID())
    const entry = { kind: 'principal-redis', credentials: { uri: redis.uri }, encryptWith: 'keys' }
    const keys = { credentials: { cacheSecrets: SECRET } }
    await installFleetCache({ 'principal-cache': entry, keys })
  })
  afterAll(async () => {
    fleetCache()?.end()
    await redis?.stop()
  })

  test('destinations of a tenant are those of all instances, until their end', async () => {
    await sharedDestinationCache().set('tenant::S4', {
      entry: TECHNICAL,
      expires: Date.now() + 60_000
    })
    await sharedDestinationCache().set('tenant::OLD', { entry: TECHNICAL, expires: Date.now() - 1 })
    const other = sharedDestinationCache()
    expect(await other.get('tenant::S4')).toEqual(TECHNICAL)
    expect(await other.get('tenant::OLD')).toBeUndefined()
    expect(await other.get('another::S4')).toBeUndefined()
  })

  test('destinations of a user stay in the process', async () => {
    const own = sharedDestinationCache()
    await own.set('alice:tenant:S4', { entry: OF_USER })
    await own.set('tenant::USER', { entry: OF_USER })
    expect(await own.get('alice:tenant:S4')).toEqual(OF_USER)
    expect(await sharedDestinationCache().get('alice:tenant:S4')).toBeUndefined()
    expect(await sharedDestinationCache().get('tenant::USER')).toBeUndefined()
  })

  test('a private key and an assertion stay in the process', async () => {
    const certificates = [{ name: 'client.p12', content: 'PRIVATE KEY', type: 'CERTIFICATE' }]
    const stored: Record<string, Destination> = {
      CERTIFICATE: {
        ...TECHNICAL,
        authentication: 'ClientCertificateAuthentication',
        certificates
      },
      MTLS: { ...OF_USER, authentication: 'OAuth2ClientCredentials', certificates },
      KEY_PAIR: { ...TECHNICAL, mtlsKeyPair: { cert: 'CERTIFICATE', key: 'PRIVATE KEY' } },
      ASSERTION: { ...OF_USER, authentication: 'SAMLAssertion' },
      REFRESHED: { ...OF_USER, authentication: 'OAuth2RefreshToken' }
    }
    const own = sharedDestinationCache()
    for (const [name, entry] of Object.entries(stored)) await own.set(`tenant::${name}`, { entry })
    const other = sharedDestinationCache()
    for (const [name, entry] of Object.entries(stored)) {
      expect(await own.get(`tenant::${name}`)).toEqual(entry)
      expect([name, await other.get(`tenant::${name}`)]).toEqual([name, undefined])
    }
  })

  test('after "clear", nothing of before is read', async () => {
    const own = sharedDestinationCache()
    await own.set('tenant::CLEARED', { entry: TECHNICAL })
    await own.clear()
    expect(await own.get('tenant::CLEARED')).toBeUndefined()
  })
})

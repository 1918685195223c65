import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

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

  /** True if others get what is put now. */
  async function isShared(): Promise<boolean> {
    const key = `tenant::${randomUUID()}`
    await sharedDestinationCache().set(key, { entry: TECHNICAL })
    return sharedDestinationCache().hasKey(key)
  }

  /**
   * Does something while the cache is shared. On a busy machine, Redis takes longer than 50 ms for an answer, and is away for a second
   * at least: then it is done once more.
   */
  async function whileShared<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      while (!(await isShared())) await delay(50)
      const done = await work()
      if (await isShared()) return done
    }
  }

  test('destinations of a tenant are those of all instances, until their end', async () => {
    const found = await whileShared(async () => {
      const own = sharedDestinationCache()
      await own.set('tenant::S4', { entry: TECHNICAL, expires: Date.now() + 60_000 })
      await own.set('tenant::OLD', { entry: TECHNICAL, expires: Date.now() - 1 })
      const other = sharedDestinationCache()
      const keys = ['tenant::S4', 'tenant::OLD', 'another::S4']
      return Promise.all(keys.map((key) => other.get(key)))
    })
    expect(found).toEqual([TECHNICAL, undefined, undefined])
  })

  test('destinations of a user stay in the process', async () => {
    const keys = ['alice:tenant:S4', 'tenant::USER']
    const found = await whileShared(async () => {
      const own = sharedDestinationCache()
      for (const key of keys) await own.set(key, { entry: OF_USER })
      const other = sharedDestinationCache()
      return Promise.all([own.get(keys[0]), ...keys.map((key) => other.get(key))])
    })
    expect(found).toEqual([OF_USER, undefined, undefined])
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
    const found = await whileShared(async () => {
      const own = sharedDestinationCache()
      const other = sharedDestinationCache()
      for (const [name, entry] of Object.entries(stored)) {
        await own.set(`tenant::${name}`, { entry })
      }
      const names = Object.keys(stored).map((name) => `tenant::${name}`)
      return {
        own: await Promise.all(names.map((name) => own.get(name))),
        shared: await Promise.all(names.map((name) => other.hasKey(name)))
      }
    })
    expect(found.own).toEqual(Object.values(stored))
    expect(Object.keys(stored).filter((_, i) => found.shared[i])).toEqual([])
  })

  test('after "clear", nothing of before is read', async () => {
    const found = await whileShared(async () => {
      const own = sharedDestinationCache()
      await own.set('tenant::CLEARED', { entry: TECHNICAL })
      await own.clear()
      return own.get('tenant::CLEARED')
    })
    expect(found).toBeUndefined()
  })
})

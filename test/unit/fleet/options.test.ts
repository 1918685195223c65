import { addressOf, type RedisCredentials } from '../../../src/fleet/connection.js'
import { sharedCacheSettings } from '../../../src/fleet/options.js'

const REDIS = { uri: 'redis://:secret@localhost:6379' }
const KEYS = { credentials: { cacheSecrets: 'x'.repeat(40) } }
const cache = (options: object) => ({
  'principal-cache': { kind: 'principal-redis', credentials: REDIS, ...options },
  keys: KEYS
})

describe('options of the shared cache', () => {
  const { NODE_ENV } = process.env
  afterEach(() => {
    process.env.NODE_ENV = NODE_ENV
  })

  test('nothing configured: there is none', () => {
    expect(sharedCacheSettings({ auth: { kind: 'principal' } })).toBeUndefined()
    expect(sharedCacheSettings({ 'principal-cache': false })).toBeUndefined()
  })

  test('tokens of users are shared only where that is said', () => {
    expect(sharedCacheSettings(cache({ encryptWith: 'keys' }))).toEqual({
      redis: REDIS,
      encryptWith: 'keys',
      userTokens: false
    })
    const options = { encryptWith: 'keys', userTokens: true, vcap: { label: 'redis-cache' } }
    expect(sharedCacheSettings(cache(options))).toMatchObject({ userTokens: true })
  })

  test('without credentials of its own, those of cds.requires.redis do', () => {
    const requires = {
      ...cache({ credentials: undefined, encryptWith: 'keys' }),
      redis: { credentials: REDIS }
    }
    expect(sharedCacheSettings(requires)).toMatchObject({ redis: REDIS })
  })

  test.each([
    [
      'a misspelt option',
      cache({ userToken: true }),
      'userToken is not known: did you mean "userTokens"?'
    ],
    ['an unknown option', cache({ ttl: 1 }), 'ttl is not known: there are encryptWith, userTokens'],
    ['another kind', cache({ kind: 'principal-reddis' }), 'use "principal-redis"'],
    ['a flag as text', cache({ userTokens: 'yes' }), 'userTokens is "yes": use true'],
    ['no name', cache({ encryptWith: ['keys'] }), 'encryptWith: use the name of an entry'],
    [
      'the secret of Redis itself',
      cache({ encryptWith: 'principal-cache' }),
      'names the binding of Redis'
    ],
    [
      'the secret of the Redis that is used',
      { ...cache({ credentials: undefined, encryptWith: 'redis' }), redis: { credentials: REDIS } },
      'names the binding of Redis'
    ],
    ['another name', { cache: { kind: 'principal-redis' } }, 'call it "principal-cache"']
  ])('%s stops the start', (_, requires, message) => {
    expect(() => sharedCacheSettings(requires)).toThrow(message)
  })

  test.each([
    ['encryptWith', cache({}), 'principal-cache.encryptWith is missing'],
    ['Redis', cache({ credentials: undefined, encryptWith: 'keys' }), 'bind a Redis']
  ])('without %s: off in development, no start in production', (_, requires, message) => {
    process.env.NODE_ENV = 'test'
    expect(sharedCacheSettings(requires)).toContain(message)
    process.env.NODE_ENV = 'production'
    expect(() => sharedCacheSettings(requires)).toThrow(message)
  })
})

describe('address of Redis', () => {
  const CA = '-----BEGIN CERTIFICATE-----'

  test.each<[string, RedisCredentials, object]>([
    [
      'the user of the URI is left out',
      { uri: 'redis://somebody:p%40ss@redis.internal:1234/2' },
      {
        mode: 'single',
        host: 'redis.internal',
        port: 1234,
        password: 'p@ss',
        database: 2,
        tls: false
      }
    ],
    [
      'rediss is TLS',
      { uri: 'rediss://:p@redis.internal' },
      { port: 6379, tls: true, ca: undefined }
    ],
    ['tls: true', { uri: 'redis://:p@redis.internal', tls: true }, { tls: true }],
    [
      'with the authority of the server',
      { uri: 'redis://:p@h', tls: { server_ca: CA } },
      { tls: true, ca: CA }
    ],
    ['a cluster', { uri: 'rediss://:p@h', cluster_mode: true }, { mode: 'cluster' }],
    [
      'sentinels',
      { uri: 'redis://:p@h', sentinel_nodes: [{ hostname: 's1', port: 26380 }], master_name: 'm' },
      { mode: 'sentinel', sentinels: [{ host: 's1', port: 26380 }], masterName: 'm' }
    ],
    [
      'a plain Kubernetes secret, all text',
      {
        hostname: 'h',
        port: '6380',
        password: 'p',
        tls: JSON.stringify({ server_ca: CA }),
        cluster_mode: 'true'
      },
      { mode: 'cluster', host: 'h', port: 6380, password: 'p', tls: true, ca: CA }
    ],
    [
      '"false" as text',
      { uri: 'redis://h', tls: 'false', cluster_mode: 'false' },
      { mode: 'single', tls: false }
    ]
  ])('%s', (_, credentials, expected) => {
    expect(addressOf(credentials)).toMatchObject(expected)
  })

  test('a URI that is none stops the start, and is not in the message', () => {
    expect(() => addressOf({ uri: 'http://:p4ss@h' })).toThrow(/"uri" that is no address of Redis/)
    expect(() => addressOf({ uri: 'http://:p4ss@h' })).not.toThrow('p4ss')
  })
})

import { addressOf, type RedisCredentials } from '../../../src/fleet/address.js'
import { ConfigurationError } from '../../../src/errors.js'
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
    [
      'a secret in the binding of Redis, by another name',
      {
        ...cache({ credentials: { ...REDIS, cacheSecrets: 'x' }, encryptWith: 'secret' }),
        secret: { credentials: { ...REDIS, cacheSecrets: 'x' } }
      },
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

describe('credentials of Redis that are misspelt', () => {
  const { NODE_ENV } = process.env
  afterEach(() => {
    process.env.NODE_ENV = NODE_ENV
  })

  const inRedis = (credentials: object) => ({
    ...cache({ credentials: undefined, encryptWith: 'keys' }),
    redis: { credentials }
  })
  const own = (credentials: object) => cache({ credentials, encryptWith: 'keys' })

  test.each<[object, string, string]>([
    [{ urii: 'redis://h' }, 'urii', 'uri'],
    [{ url: 'redis://h' }, 'url', 'uri'],
    [{ URI: 'redis://h' }, 'URI', 'uri'],
    [{ hostnam: 'h', port: 1 }, 'hostnam', 'hostname'],
    [{ hostname: 'h', prot: 1 }, 'prot', 'port'],
    [{ hostname: 'h', Password: 'x' }, 'Password', 'password'],
    [{ uri: 'redis://h', passwrod: 'x' }, 'passwrod', 'password'],
    [{ hostname: 'h', lts: true }, 'lts', 'tls'],
    [{ uri: 'redis://h', clusterMode: 'true' }, 'clusterMode', 'cluster_mode'],
    [{ 'sentinel-nodes': '[]' }, 'sentinel-nodes', 'sentinel_nodes'],
    [{ sentinel_nodes: [{ hostname: 'h' }], mastername: 'm' }, 'mastername', 'master_name']
  ])('%j stops the start, also in development', (credentials, wrong, meant) => {
    const hint = `credentials.${wrong} is not known: did you mean "${meant}"?`
    for (const profile of ['test', 'production']) {
      process.env.NODE_ENV = profile
      const read = (requires: object) => () => sharedCacheSettings({ ...requires })
      expect(read(inRedis(credentials))).toThrow(`cds.requires.redis.${hint}`)
      expect(read(own(credentials))).toThrow(`cds.requires.principal-cache.${hint}`)
    }
  })

  test.each([
    { uri: 'redis://h', url: 'x', uris: ['x'], host: 'h', hostnames: 'h', ports: '1' },
    { hostname: 'h', url: 'redis://h', urls: {}, port: '1' },
    { sentinel_nodes: [{ host: 'h' }], url: 'redis://h' },
    { uri: 'redis://h', name: 'r', type: 'redis', label: 'redis-cache', plan: 'small', tags: '[]' },
    { uri: 'redis://h', instance_name: 'r', provider: 'p', user: 'x', username: 'x', ttl: 1, db: 1 }
  ])('%j of a binding or a Kubernetes secret is fine', (credentials) => {
    expect(sharedCacheSettings(inRedis(credentials))).toMatchObject({ redis: credentials })
  })

  test('credentials without an address are told from none', () => {
    const text = 'cds.requires.redis.credentials has no "uri" and no "hostname" of Redis'
    process.env.NODE_ENV = 'test'
    expect(sharedCacheSettings(inRedis({ host: 'h' }))).toMatch(text)
    expect(sharedCacheSettings(inRedis({}))).toMatch('principal-cache has no credentials')
    process.env.NODE_ENV = 'production'
    expect(() => sharedCacheSettings(inRedis({ host: 'h' }))).toThrow(text)
  })

  test('credentials that are not used are not looked at', () => {
    expect(
      sharedCacheSettings({ ...own(REDIS), redis: { credentials: { urii: 'x' } } })
    ).toMatchObject({ redis: REDIS })
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

  test.each<[string, RedisCredentials, object]>([
    ['tls as an object', { uri: 'redis://:p@h', tls: {} }, { tls: true, ca: undefined }],
    ['empty text', { uri: 'redis://h', tls: '', cluster_mode: '' }, { mode: 'single', tls: false }],
    ['no sentinels', { uri: 'redis://h', sentinel_nodes: '[]' }, { mode: 'single', sentinels: [] }],
    [
      'a sentinel at its default port',
      { sentinel_nodes: '[{ "host": "s1" }]' },
      { mode: 'sentinel', sentinels: [{ host: 's1', port: 26379 }] }
    ]
  ])('%s', (_, credentials, expected) => {
    expect(addressOf(credentials)).toMatchObject(expected)
  })

  test.each<[string, object, RegExp]>([
    [
      'a scheme of another protocol',
      { uri: 'http://:p4ss@h' },
      /"uri" that is no address of Redis/
    ],
    ['no URI', { uri: 'p4ss' }, /"uri" that is no address of Redis/],
    ['a URI without a host', { uri: 'redis://' }, /"uri" that is no address of Redis/],
    ['a port above 65535', { uri: 'redis://:p4ss@h:65536' }, /"uri" that is no address of Redis/],
    ['a port that is no number', { uri: 'redis://:p4ss@h:x' }, /"uri" that is no address of Redis/],
    ['port 0', { uri: 'redis://:p4ss@h:0' }, /"uri" that is no address of Redis/],
    ['a lone %', { uri: 'redis://:p4ss%@h' }, /"uri" whose password is not encoded/],
    ['a database that is none', { uri: 'redis://:p4ss@h/x' }, /"uri" whose path is no number/],
    ['a port beside hostname', { hostname: 'h', port: 'p4ss' }, /"port" that is none/],
    ['a hostname that is none', { hostname: 'p4ss p4ss' }, /"hostname" that is none/],
    ['tls that is not understood', { uri: 'redis://h', tls: 'p4ss' }, /"tls" that is neither/],
    [
      'a misspelt authority',
      { uri: 'redis://h', tls: { serverCa: 'p4ss' } },
      /"tls" with a misspelt "server_ca"/
    ],
    [
      'a misspelt port of a sentinel',
      { sentinel_nodes: [{ hostname: 'h', prot: 'p4ss' }] },
      /"sentinel_nodes" that is no list/
    ],
    ['tls with JSON that is none', { uri: 'redis://h', tls: '{p4ss' }, /"tls" that is neither/],
    [
      'a cluster perhaps',
      { uri: 'redis://h', cluster_mode: 'p4ss' },
      /"cluster_mode" that is neither/
    ],
    [
      'sentinels that are no JSON',
      { sentinel_nodes: 'p4ss:1' },
      /"sentinel_nodes" that is no list/
    ],
    ['a sentinel as text', { sentinel_nodes: ['p4ss:1'] }, /"sentinel_nodes" that is no list/],
    [
      'a sentinel without a port',
      { sentinel_nodes: [{ host: 'h', port: 'p4ss' }] },
      /"sentinel_nodes"/
    ]
  ])('%s stops the start, and is not in the message', (_, credentials, message) => {
    const read = () => addressOf(credentials)
    expect(read).toThrow(ConfigurationError)
    expect(read).toThrow(message)
    expect(read).toThrow('cds.requires.principal-cache')
    expect(read).not.toThrow('p4ss')
  })
})

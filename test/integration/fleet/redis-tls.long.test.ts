import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Authority, createAuthority } from '../../../emulator/src/certificates/authority.js'
import type { RedisCredentials } from '../../../src/fleet/address.js'
import { freePort } from '../../support/free-port.js'
import { type Redis, redisProgram, startRedis } from '../../support/redis.js'
import { type Instance, result, source, startInstance, whileUp } from './caches.js'

const program = redisProgram()
const title = program
  ? 'shared cache with TLS'
  : 'shared cache with TLS (skipped: no redis-server is installed)'
const PASSWORD = randomUUID()
const HOUR = 3_600_000

;(program ? describe : describe.skip)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'redis-tls-'))
  const instances: Instance[] = []
  let authority: Authority
  let other: Authority
  let redis: Redis
  let port: number
  let warnings: jest.SpyInstance

  beforeAll(async () => {
    authority = await createAuthority('CN=authority of Redis')
    other = await createAuthority('CN=another authority')
    const { key, cert } = await authority.issue({
      subject: [{ CN: ['redis'] }],
      usage: 'server',
      hosts: [{ type: 'dns', value: 'localhost' }],
      validMs: HOUR
    })
    const files = { key, cert, ca: authority.cert }
    const paths = Object.entries(files).map(([name, text]) => {
      const path = join(folder, `${name}.pem`)
      writeFileSync(path, text)
      return [`--tls-${name === 'ca' ? 'ca-cert' : name}-file`, path]
    })
    port = await freePort()
    const tls = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no']
    redis = await startRedis(program!, PASSWORD, [...tls, ...paths.flat()], port)
  })

  beforeEach(() => {
    warnings = jest.spyOn(console, 'warn').mockImplementation()
    jest.spyOn(console, 'info').mockImplementation()
  })

  afterEach(() => {
    for (const { cache } of instances.splice(0)) cache.end()
    jest.restoreAllMocks()
  })

  afterAll(async () => {
    await redis?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(credentials: RedisCredentials): Promise<Instance> {
    const instance = await startInstance(credentials)
    instances.push(instance)
    return instance
  }

  const uri = (scheme: string) => `${scheme}://somebody:${PASSWORD}@localhost:${String(port)}`

  test.each<[string, () => RedisCredentials]>([
    [
      'rediss:// and the authority',
      () => ({ uri: uri('rediss'), tls: { server_ca: authority.cert } })
    ],
    [
      'redis:// and the authority',
      () => ({ uri: uri('redis'), tls: { server_ca: authority.cert } })
    ],
    [
      'a plain Kubernetes secret: everything is text',
      () => ({
        hostname: 'localhost',
        port: String(port),
        password: PASSWORD,
        tls: JSON.stringify({ server_ca: authority.cert }),
        cluster_mode: 'false',
        sentinel_nodes: '[]'
      })
    ]
  ])('%s: what one instance has fetched, the other one has', async (name, credentials) => {
    const [one, two] = [await start(credentials()), await start(credentials())]
    const calls = await whileUp([one, two], async (attempt) => {
      const tokens = source()
      await one.cache.fetch(result(`${name} ${String(attempt)}`), tokens.fetch)
      await two.cache.fetch(result(`${name} ${String(attempt)}`), tokens.fetch)
      return tokens.calls
    })
    expect(calls).toBe(1)
  })

  test.each<[string, () => RedisCredentials, RegExp]>([
    [
      'another authority',
      () => ({ uri: uri('rediss'), tls: { server_ca: other.cert } }),
      /CERT|SIGNATURE|ISSUER/
    ],
    ['no authority', () => ({ uri: uri('rediss'), tls: true }), /CERT|SIGNED|ISSUER/],
    [
      'another host name than that of the certificate',
      () => ({
        uri: uri('rediss').replace('localhost', '127.0.0.1'),
        tls: { server_ca: authority.cert }
      }),
      /ERR_TLS_CERT_ALTNAME_INVALID/
    ],
    ['no TLS', () => ({ uri: uri('redis') }), /shared cache is away/]
  ])(
    '%s: nothing is sent there, and the own caches are used',
    async (name, credentials, reason) => {
      const instance = await start(credentials())
      expect(instance.store.isUp).toBe(false)
      const tokens = source()
      await instance.cache.fetch(result(name), tokens.fetch)
      await instance.cache.fetch(result(name), tokens.fetch)
      expect(tokens.calls).toBe(2)
      const lines = warnings.mock.calls.map((call) => call.join(' '))
      expect(lines.filter((line) => /shared cache is away/.test(line))).toHaveLength(1)
      expect(lines.join('\n')).toMatch(reason)
      expect(lines.join('\n')).not.toContain(PASSWORD)
    }
  )
})

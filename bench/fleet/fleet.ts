import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import tls from 'node:tls'

import type { Emulator } from '../../emulator/src/index.js'
import { type Cluster, postgresPrograms, startPostgres } from '../../test/support/postgres.js'
import { type Redis, redisProgram, startRedis } from '../../test/support/redis.js'
import { type Options, sharesUserTokens } from './command-line.js'
import { Database } from './servers/database.js'
import type { Findings } from './checks/findings.js'
import { Leaks } from './checks/leaks.js'
import { Troubles } from './faults/troubles.js'
import { Instances } from './servers/instances.js'
import { InternetSystem } from './servers/internet.js'
import { requiredOf, startFleetLandscape } from './servers/landscape.js'
import { nginxProgram, Proxy } from './servers/proxy.js'

const INSTANCES = 4

/** Programs that the fleet is made of. */
export interface Programs {
  readonly nginx: string
  readonly redis: string
  readonly postgres: string
}

/** Finds the programs. @returns the name of one that is not installed */
export function findPrograms(): Programs | string {
  const nginx = nginxProgram()
  if (!nginx) return 'nginx'
  const redis = redisProgram()
  if (!redis) return 'redis-server'
  const postgres = postgresPrograms()
  return postgres ? { nginx, redis, postgres } : 'PostgreSQL'
}

/** All processes of a run. */
export interface Fleet {
  readonly emulator: Emulator
  readonly internet: InternetSystem
  readonly cluster: Cluster
  readonly database: Database
  readonly redis: { program: string; password: string; server: Redis }
  readonly instances: Instances
  readonly proxy: Proxy
  readonly leaks: Leaks
  readonly troubles: Troubles
  stop(): Promise<void>
}

/** Starts everything: the landscape, Redis, PostgreSQL, the instances, and nginx in front of them. */
export async function startFleet(
  programs: Programs,
  { seed }: Options,
  findings: Findings
): Promise<Fleet> {
  const closers: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const internet = await InternetSystem.start()
    closers.push(() => internet.stop())
    // so does the Destination service, which calls the token service
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), internet.ca])
    const emulator = await startFleetLandscape(internet)
    closers.push(() => emulator.stop())
    const bindings = mkdtempSync(join(tmpdir(), 'bindings-'))
    emulator.mountBindings(bindings)
    const cluster = await startPostgres(programs.postgres)
    closers.push(() => cluster.stop())
    const [password, secret] = [randomUUID(), randomBytes(32).toString('base64')]
    const server = await startRedis(programs.redis, password)
    const redis = { program: programs.redis, password, server }
    closers.push(() => redis.server.stop())
    const cache = { uri: server.uri, secret, userTokens: sharesUserTokens(seed) }
    const requires = requiredOf(emulator, cluster.credentials, cache)
    const settings = { emulator, ca: internet.ca, requires, bindings }
    const troubles = new Troubles()
    const instances = await Instances.start(INSTANCES, settings, { findings, troubles })
    closers.push(() => instances.stop())
    const proxy = await Proxy.start(programs.nginx, instances.ports)
    closers.push(() => proxy.stop())
    for (const port of instances.ports) await proxy.untilReady(port)
    const secrets = { 'the password of Redis': password, 'the secret of the cache': secret }
    const leaks = new Leaks(findings, secrets)
    const database = new Database(programs.postgres, cluster)
    return {
      ...{ emulator, internet, cluster, database, redis, instances, proxy, leaks, troubles, stop }
    }
  } catch (error) {
    await stop()
    throw error
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Emulator } from '../../../emulator/src/index.js'
import { requireNative } from '../../../src/lib/lazy.js'
import { startLandscape } from '../../support/emulator.js'
import { postgresPrograms, startPostgres } from '../../support/postgres.js'
import { newMarker } from '../background/background-client.js'
import { until } from '../background/queue-sample.js'
import { DelegationSample, LANDSCAPE } from './delegation-sample.js'

/** A database that several processes share, and that outlives them. */
interface Database {
  readonly db: object
  readonly stop: () => Promise<void> | void
}

const programs = postgresPrograms()

const DATABASES: [string, () => Promise<Database>][] = [
  [
    'SQLite',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'delegation-'))
      const stop = () => {
        rmSync(folder, { recursive: true, force: true })
      }
      const db = { kind: 'sqlite', credentials: { url: join(folder, 'db.sqlite') } }
      return Promise.resolve({ db, stop })
    }
  ]
]
if (programs) {
  DATABASES.push([
    'PostgreSQL',
    async () => {
      const cluster = await startPostgres(programs)
      const db = {
        kind: 'postgres',
        impl: '@cap-js/postgres',
        dialect: 'postgres',
        credentials: cluster.credentials
      }
      return { db, stop: () => cluster.stop() }
    }
  ])
} else {
  test.skip('PostgreSQL: no server in /usr/lib/postgresql that could be started', () => undefined)
}

/** A process takes over after a second what another one has left. */
const TIMES = { queue: { timeout: '1s' }, scheduling: { flushInterval: '500ms' } }

async function keys() {
  const { exportJWK, generateKeyPair } = requireNative('jose') as typeof import('jose')
  const { privateKey } = await generateKeyPair('Ed25519', { extractable: true })
  return { credentials: { recordKeys: await exportJWK(privateKey) } }
}

describe.each(DATABASES)('a process ends while a call is under way, %s', (_, open) => {
  let database: Database
  let emulator: Emulator
  let sample: DelegationSample
  let requires: Record<string, object>

  const start = (first: boolean) =>
    DelegationSample.startWith(emulator, { requires, ...(first && { env: { DEPLOY: 'true' } }) })

  beforeAll(async () => {
    database = await open()
    emulator = await startLandscape(LANDSCAPE)
    const delegation = (options = {}) => ({ delegation: { ...options, credentials: 'keys' } })
    requires = {
      ...TIMES,
      db: database.db,
      keys: await keys(),
      API_EQUIPMENT: delegation(),
      QUEUED: { onBehalfOf: 'namedUser', ...EQUIPMENT, ...delegation() },
      GATEWAY: {
        onBehalfOf: 'namedUser',
        ...EQUIPMENT,
        ...delegation({ repeatable: 'sap-gateway' })
      },
      OASIS: { onBehalfOf: 'namedUser', ...EQUIPMENT, ...delegation({ repeatable: 'oasis' }) },
      IDEMPOTENT: { onBehalfOf: 'namedUser', ...EQUIPMENT, ...delegation({ idempotent: true }) }
    }
    sample = await start(true)
  })
  afterAll(async () => {
    await sample.running.sample.kill()
    await emulator.stop()
    await database.stop()
  })

  /** Queues a change to which the system does not answer, and ends the process when it is there. */
  async function crashDuring(remote: string): Promise<string> {
    const marker = `HANG${newMarker()}`
    await sample.plan({ remote, marker })
    await sample.arrived(marker)
    const row = (await sample.rows()).find(({ msg }) => msg.includes(marker))
    expect(row).toMatchObject({ status: 'processing', attempts: 0 })
    expect(row?.lastAttemptTimestamp).not.toBeNull()
    await sample.running.sample.kill()
    sample = await start(false)
    return marker
  }

  test('the call may have happened, and is not repeated: a dead letter, with the reason', async () => {
    const marker = await crashDuring('API_EQUIPMENT')
    const dead = await sample.row(marker, ({ attempts }) => attempts > 50)
    expect(dead?.lastError).toMatch(/may have happened[\s\S]*ERR_DELEGATION_OUTCOME/)
    expect(await sample.arrivals(marker)).toHaveLength(1)
  }, 120_000)

  test('an idempotent call is repeated, as its author', async () => {
    const marker = await crashDuring('IDEMPOTENT')
    const arrivals = await sample.arrived(marker, 2)
    expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=alice', 'CN=alice'])
    await sample.gone(marker)
  }, 120_000)

  test('a repeatable call is repeated with the same id, after the system has confirmed one', async () => {
    const { marker: confirmed } = await sample.plan({ remote: 'GATEWAY' })
    await sample.gone(confirmed)
    const marker = await crashDuring('GATEWAY')
    const [first, second, ...more] = await sample.arrived(marker, 2)
    expect(more).toEqual([])
    expect(second).toMatchObject({ id: first?.id, first: first?.first, isNew: false })
    await sample.gone(marker)
  }, 120_000)

  test('a system that has never confirmed repeatable requests gets no second one', async () => {
    const marker = await crashDuring('OASIS')
    const dead = await sample.row(marker, ({ attempts }) => attempts > 50)
    expect(dead?.lastError).toMatch(/no earlier answer has confirmed/)
    expect(await sample.arrivals(marker)).toHaveLength(1)
  }, 120_000)

  const isShared = (name: unknown) => name === 'PostgreSQL'
  ;(isShared(_) ? test : test.skip)(
    'two processes with one database: each of 100 changes comes once',
    async () => {
      // nobody takes over here what another process is working on, however busy the machine is
      requires = { ...requires, queue: { timeout: '10m' } }
      await sample.running.sample.kill()
      sample = await start(false)
      const other = await start(false)
      const work = Array.from({ length: 100 }, (__, i) => (i % 2 ? sample : other).plan())
      const markers = (await Promise.all(work)).map(({ marker }) => marker)
      const all = async () => {
        const found = await sample.arrivals('')
        return markers.map((marker) => found.filter(({ path }) => path.includes(marker)))
      }
      const arrivals = await until(all, (found) => found.every(({ length }) => length > 0))
      const left = async () => (await sample.rows()).map(({ msg }) => msg)
      await until(left, (rows) => !markers.some((marker) => rows.join().includes(marker)))
      const subjects = (found: Awaited<ReturnType<typeof all>>) =>
        found.map((each) => each.map(({ subject }) => subject))
      expect(subjects(arrivals)).toEqual(markers.map(() => ['CN=alice']))
      expect(subjects(await all())).toEqual(markers.map(() => ['CN=alice']))
      await other.running.sample.kill()
    },
    300_000
  )
})

const EQUIPMENT = {
  kind: 'odata-v2',
  csrf: true,
  credentials: { destination: 'S4', path: '/sap/opu/odata/sap/API_EQUIPMENT' }
}

import { describeOnDatabases } from '../../support/databases.js'
import { newMarker } from '../background/background-client.js'
import { LONG_PATIENCE, until } from '../background/queue-sample.js'
import type { DelegationSample } from './delegation-sample.js'
import { SharedDatabase, TAKE_OVER_SOON } from './shared-database.js'

describeOnDatabases('a process ends while a call is under way', (open, name) => {
  let database: SharedDatabase
  let sample: DelegationSample

  beforeAll(async () => {
    database = await SharedDatabase.open(open)
  })
  beforeEach(async () => {
    sample = await database.start()
  })
  afterEach(() => database.crash())
  afterAll(() => database.stop())

  /** Queues a change to which the system does not answer, and ends the process when it is there. */
  async function crashDuring(remote: string): Promise<string> {
    const marker = `HANG${newMarker()}`
    await sample.plan({ remote, marker })
    await sample.arrived(marker)
    const row = (await sample.rows()).find(({ msg }) => msg.includes(marker))
    expect(row).toMatchObject({ status: 'processing', attempts: 0 })
    expect(row?.lastAttemptTimestamp).not.toBeNull()
    await database.crash()
    sample = await database.start(TAKE_OVER_SOON)
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

  const onShared = name === 'PostgreSQL' ? test : test.skip
  onShared(
    'two processes with one database: each of 100 changes comes once',
    async () => {
      const other = await database.start()
      const work = Array.from({ length: 100 }, (__, i) => (i % 2 ? sample : other).plan())
      const markers = (await Promise.all(work)).map(({ marker }) => marker)
      const all = async () => {
        const found = await sample.arrivals('')
        return markers.map((marker) => found.filter(({ path }) => path.includes(marker)))
      }
      const arrivals = await until(
        all,
        (found) => found.every(({ length }) => length > 0),
        LONG_PATIENCE
      )
      const left = async () => (await sample.rows()).map(({ msg }) => msg)
      const isDone = (rows: string[]) => !markers.some((marker) => rows.join().includes(marker))
      await until(left, isDone, LONG_PATIENCE)
      const subjects = (found: Awaited<ReturnType<typeof all>>) =>
        found.map((each) => each.map(({ subject }) => subject))
      expect(subjects(arrivals)).toEqual(markers.map(() => ['CN=alice']))
      expect(subjects(await all())).toEqual(markers.map(() => ['CN=alice']))
    },
    300_000
  )
})

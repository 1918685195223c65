import { describeOnDatabases } from '../../support/databases.js'
import { newMarker } from '../background/background-client.js'
import type { DelegationSample } from './delegation-sample.js'
import { SharedDatabase, TAKE_OVER_SOON } from './shared-database.js'

/** A process in which the way to a token does not answer, until it is told to. */
const HELD = { env: { HOLD_TOKENS: 'true' } }

describeOnDatabases('two attempts at one row', (open) => {
  let database: SharedDatabase
  let first: DelegationSample

  beforeAll(async () => {
    database = await SharedDatabase.open(open)
  })
  afterEach(() => database.crash())
  afterAll(() => database.stop())

  /** Lets the system answer what it has kept waiting. */
  const release = () => first.plan({ kind: 'direct', marker: `RELEASE${newMarker()}` })

  /** Waits until an attempt of a process has failed, and its row is written. */
  const failed = ({ running }: DelegationSample) =>
    running.sample.printed(/Some messages could not be processed/)

  const rowsOf = async (marker: string) =>
    (await first.rows()).filter(({ msg }) => msg.includes(marker))

  test.each(['API_EQUIPMENT', 'IDEMPOTENT'])(
    '%s: a process that takes a row over, and is too late, brings no dead letter back',
    async (remote) => {
      first = await database.start()
      const { marker } = await first.plan({ remote, marker: `SLOW${newMarker()}` })
      await first.arrived(marker)
      const [row] = await rowsOf(marker)
      const second = await database.start({ ...TAKE_OVER_SOON, ...HELD })
      await second.running.sample.printed(/the token of alice is held back/)
      await release()
      await first.gone(marker)
      await second.action('tokens', { available: true })
      await failed(second)
      expect(await second.running.sample.output()).toMatch(/another attempt has the queued work/)
      expect(await rowsOf(marker)).toEqual([])
      expect(await first.arrivals(marker)).toHaveLength(1)
      const entries = (await first.entries()).filter(({ jti }) => jti === row?.ID)
      expect(entries).toMatchObject([{ author: 'alice', state: 'used' }])
    }
  )

  test('a process whose row another one has taken over leaves it alone, and the work is done', async () => {
    first = await database.start(HELD)
    const marker = `HANG${newMarker()}`
    await first.plan({ remote: 'IDEMPOTENT', marker })
    await first.running.sample.printed(/the token of alice is held back/)
    await database.start(TAKE_OVER_SOON)
    await first.arrived(marker)
    await first.action('tokens', { available: true })
    await failed(first)
    expect(await rowsOf(marker)).toMatchObject([{ status: 'processing', attempts: 0 }])
    await database.crash()
    first = await database.start(TAKE_OVER_SOON)
    const arrivals = await first.arrived(marker, 2)
    expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=alice', 'CN=alice'])
    await first.gone(marker)
  })

  test.each(['SLOW', 'SLOWFAIL'])(
    '%s: work that replaces a running one of the same name is done as well, by its own author',
    async (kind) => {
      first = await database.start()
      const bob = await first.running.as('bob')
      const task = newMarker()
      const old = await first.plan({ kind: 'task', task, marker: `${kind}${newMarker()}` })
      await first.arrived(old.marker)
      const replacing = await first.plan({ kind: 'task', task }, bob)
      await release()
      const arrivals = await first.arrived(replacing.marker)
      expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=bob'])
      await first.gone(replacing.marker)
      expect(await rowsOf(old.marker)).toEqual([])
      expect(await first.arrivals(old.marker)).toHaveLength(1)
    }
  )

  test('work that is unscheduled while it runs does not come back when it fails', async () => {
    first = await database.start()
    const task = newMarker()
    const { marker } = await first.plan({ kind: 'task', task, marker: `SLOWFAIL${newMarker()}` })
    await first.arrived(marker)
    await first.plan({ kind: 'unschedule', task })
    await release()
    await failed(first)
    expect(await rowsOf(marker)).toEqual([])
  })
})

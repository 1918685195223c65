import { describeOnDatabases } from '../../support/databases.js'
import { newMarker } from '../background/background-client.js'
import type { DelegationSample, Row } from './delegation-sample.js'
import { SharedDatabase, TAKE_OVER_SOON } from './shared-database.js'

const DELEGATION = { credentials: 'keys' }
const SHORT = { validFor: '5s' }
const FEW = { maxAttempts: 2 }

/** Number of attempts whose pauses take some seconds: CAP waits 1.5ⁿ - 1 seconds after the nth one. */
function attemptsIn(seconds: number): number {
  let attempts = 1
  for (let passed = 0; passed <= seconds; attempts++) passed += 1.5 ** attempts - 1
  return attempts
}

describeOnDatabases("CAP's queue with authors", (open) => {
  let database: SharedDatabase
  let sample: DelegationSample

  beforeAll(async () => {
    database = await SharedDatabase.open(open, {
      SHORT: { ...EQUIPMENT, delegation: { ...DELEGATION, ...SHORT } },
      FEW: { ...EQUIPMENT, ...FEW, delegation: DELEGATION }
    })
    sample = await database.start()
  })
  afterAll(() => database.stop())

  const rowOf = async (marker: string): Promise<Row | undefined> =>
    (await sample.rows()).find(({ msg }) => msg.includes(marker))

  test.each([
    ['a call as its author', 'queued', 'IDEMPOTENT', 'CN=alice'],
    ['an event without author', 'plain', 'SYSTEM', null]
  ])(
    'a process that ends in the first attempt of %s: it is made again',
    async (_, kind, remote, subject) => {
      const marker = `HANG${newMarker()}`
      await sample.plan({ kind, remote, marker })
      await sample.arrived(marker)
      expect(await rowOf(marker)).toMatchObject({ status: 'processing', attempts: 0 })
      await database.crash()
      sample = await database.start(TAKE_OVER_SOON)
      const arrivals = await sample.arrived(marker, 2)
      expect(arrivals.map((arrival) => arrival.subject)).toEqual([subject, subject])
      await sample.gone(marker)
      await database.crash()
      sample = await database.start()
    }
  )

  describe('the attempts', () => {
    test('last as long as validFor, whose end is the reason in the dead letter', async () => {
      const marker = `FAIL${newMarker()}`
      await sample.plan({ remote: 'SHORT', marker })
      const isOver = ({ lastError }: Row) => lastError?.includes('ERR_DELEGATION') ?? false
      const dead = await sample.row(marker, isOver)
      expect(dead?.lastError).toMatch(/its time is over[\s\S]*ERR_DELEGATION_ENDED/)
      expect(dead?.attempts).toBeGreaterThanOrEqual(attemptsIn(5))
      const tried = (await sample.arrivals(marker)).length
      expect(tried).toBeGreaterThan(1)
      expect(tried).toBeLessThan(attemptsIn(5))
    })

    test('of a day are more than the ten of CAP, by the row of a dead letter', async () => {
      const { marker } = await sample.plan({ kind: 'later' })
      await sample.execute(
        `UPDATE cds_outbox_Messages SET timestamp = '2020-01-01 00:00:00', msg = replace(msg, 'planned', 'changed') WHERE msg LIKE '%${marker}%'`
      )
      await sample.action('flush')
      const dead = await sample.row(marker, ({ lastError }) => lastError !== null)
      expect(dead?.lastError).toMatch(/ERR_DELEGATION_INVALID/)
      expect(dead?.attempts).toBeGreaterThanOrEqual(attemptsIn(86_400))
    })

    test('of a service with maxAttempts are that many', async () => {
      const marker = `FAIL${newMarker()}`
      await sample.plan({ remote: 'FEW', marker })
      const dead = await sample.row(marker, ({ attempts }) => attempts === FEW.maxAttempts)
      expect(dead?.lastError).not.toMatch(/ERR_DELEGATION/)
      await sample.action('flush')
      expect(await sample.arrivals(marker)).toHaveLength(FEW.maxAttempts)
    })
  })

  test.each([
    ['scheduled', /ERR_DELEGATION_REFUSED.*schedule without "as"/],
    ['every', /ERR_DELEGATION_REFUSED.*queued by every/]
  ])('%s: refused, and nothing is queued', async (kind, reason) => {
    const { marker, status } = await sample.plan({ kind })
    expect(status).toBe(500)
    await sample.running.sample.printed(reason)
    expect(await rowOf(marker)).toBeUndefined()
    expect(await sample.arrivals(marker)).toEqual([])
  })

  describe('the record', () => {
    const RECORD = /eyJ|delegation/

    test('is in the message, and in neither its headers nor its context', async () => {
      const { marker } = await sample.plan({ kind: 'later' })
      const { headers, context, ...message } = parsed(await rowOf(marker))
      expect(JSON.stringify(message)).toMatch(RECORD)
      expect(JSON.stringify([headers, context])).not.toMatch(RECORD)
    })

    test('is not sent to the system', async () => {
      const { marker } = await sample.plan()
      const [arrival] = await sample.arrived(marker)
      expect(arrival?.subject).toBe('CN=alice')
      expect(arrival?.headers.filter((name) => /principal|delegation/.test(name))).toEqual([])
    })

    test('is not seen by the handler of an event, and the ID of its row neither', async () => {
      const { marker } = await sample.plan({ kind: 'nightly' })
      await sample.arrived(marker)
      const seen = await sample.seen(marker)
      expect(seen).toContain(marker)
      expect(seen).not.toMatch(RECORD)
      const [entry] = (await sample.entries()).filter(({ state }) => state === 'used').slice(-1)
      expect(entry?.jti).toMatch(/^[\da-f-]{36}$/)
      const ids = (await sample.entries()).map(({ jti }) => jti)
      expect(ids.filter((id) => seen.includes(id))).toEqual([])
    })

    test('is not in the context of work that its handler queues', async () => {
      const { marker } = await sample.plan({ kind: 'nested', remote: 'SYSTEM' })
      const row = await sample.row(`${marker}-after`, () => true)
      const message = parsed(row)
      expect(message).toMatchObject({ event: 'plain', context: expect.any(Object) as object })
      expect(row?.msg).not.toMatch(RECORD)
    })
  })

  test('in memory: the request’s own token, without record, row or list', async () => {
    const inMemory = await database.start({ env: { cds_requires_queue: 'false' } })
    const before = (await sample.entries()).length
    const { marker, status } = await inMemory.plan()
    expect(status).toBe(204)
    const arrivals = await inMemory.arrived(marker)
    expect(arrivals.map(({ subject }) => subject)).toEqual(['CN=alice'])
    expect(await rowOf(marker)).toBeUndefined()
    expect(await sample.entries()).toHaveLength(before)
  })
})

function parsed(row: Row | undefined) {
  return JSON.parse(row?.msg ?? '') as Record<string, unknown>
}

const EQUIPMENT = {
  kind: 'odata-v2',
  csrf: true,
  onBehalfOf: 'namedUser',
  credentials: { destination: 'S4', path: '/sap/opu/odata/sap/API_EQUIPMENT' }
}

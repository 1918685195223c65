import cds from '@sap/cds'

import { keepRetention } from '../../../../src/delegation/queue/retention.js'
import { deleteEntries } from '../../../../src/delegation/table.js'
import { configureTargets, retentions } from '../../../../src/delegation/targets.js'
import { until } from '../../../integration/background/queue-sample.js'
import { muteConsole } from '../../../support/console.js'
import { as, ENTRIES, openDatabase, select } from '../database.js'

muteConsole('warn', 'error', 'info')

const HOUR = 3_600_000
const DAYS = 24 * HOUR

beforeAll(async () => {
  await openDatabase()
  const ofDays = (days: number) => ({
    onBehalfOf: 'namedUser',
    delegation: { validFor: '2h', retention: `${String(days)}d` }
  })
  configureTargets({ S4: ofDays(1), OTHER: { ...ofDays(30), service: 'other.Service' } })
})
beforeEach(() => cds.run(DELETE.from(ENTRIES)))

/** Adds an entry that ended some days ago. */
const add = (service: string, days: number) => {
  const expiresAt = new Date(Date.now() - days * DAYS).toISOString()
  const entry = { txn: `${service}-${String(days)}`, jti: 'x', service, expiresAt, state: 'used' }
  return cds.run(INSERT.into(ENTRIES).entries(entry))
}

const kept = async () => {
  const rows = (await cds.run(SELECT.from(ENTRIES).columns('txn'))) as { txn: string }[]
  return rows.map(({ txn }) => txn)
}

test('each service has its own retention, and events of own services the longest', async () => {
  for (const service of ['S4', 'OTHER', 'other.Service', 'MyService']) {
    for (const days of [0, 2, 31]) await add(service, days)
  }
  await as(cds.User.privileged, 't1', async () => {
    for (const each of retentions()) await deleteEntries(each)
  })
  expect((await kept()).toSorted()).toEqual([
    ...['MyService-0', 'MyService-2', 'OTHER-0', 'OTHER-2', 'S4-0'],
    ...['other.Service-0', 'other.Service-2']
  ])
})

test('entries are deleted when the queue is processed, also if nothing was queued for long', async () => {
  await add('S4', 2)
  await add('S4', 0)
  await select('00000000-0000-4000-8000-000000000001')
  expect(await until(kept, ({ length }) => length === 1)).toEqual(['S4-0'])
})

test('entries are deleted at the start and every hour, without the queue', async () => {
  const others = [
    'nextTick',
    'setImmediate',
    'setTimeout',
    'clearTimeout',
    'queueMicrotask'
  ] as const
  jest.useFakeTimers({
    now: Date.now() + 2 * HOUR,
    doNotFake: [...others, 'performance', 'hrtime']
  })
  try {
    await add('S4', 2)
    keepRetention()
    await until(kept, ({ length }) => length === 0)
    await add('S4', 3)
    jest.advanceTimersByTime(HOUR)
    await until(kept, ({ length }) => length === 0)
  } finally {
    jest.useRealTimers()
  }
})

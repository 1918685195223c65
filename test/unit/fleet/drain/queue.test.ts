import cds from '@sap/cds'

import { stopSelecting, watchQueue } from '../../../../src/fleet/drain/queue.js'
import { noteSpawnedWork } from '../../../../src/lib/lifecycle/spawned-work.js'
import { workUnderWay } from '../../../../src/lib/lifecycle/under-way.js'

const TABLE = 'cds.outbox.Messages'

/** Rows of the queue, as CAP writes them. */
interface Row {
  readonly ID: string
  readonly status: 'processing' | null
}

const row = (status: Row['status'] = null): Row => ({ ID: cds.utils.uuid(), status })

/** A database that answers selections with some rows, and fails as it is told. */
class Database extends cds.Service {
  readonly isDatabaseService = true
  rows: readonly Row[] = []
  failure: 'begin' | 'commit' | 'UPSERT' | 'UPDATE' | 'DELETE' | undefined

  override init(): Promise<void> {
    this.on('*', ({ event }: cds.Request) => {
      this.failAt(event)
      return event === 'READ' ? this.rows : 1
    })
    return super.init()
  }

  begin(): Promise<this> {
    this.failAt('begin')
    return Promise.resolve(this)
  }

  commit(): void {
    this.failAt('commit')
  }

  rollback(): void {
    // there is nothing to take back
  }

  private failAt(event: string): void {
    if (this.failure === event) throw new Error(`no ${event}`)
  }
}

let db: Database

beforeEach(async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
  db = new Database('db')
  await db.init()
  watchQueue(db)
})
afterEach(() => {
  expect(messages()).toBe(0)
  jest.useRealTimers()
})

const messages = () => workUnderWay().messages
const run = (query: object) => db.run(query as never)
const byId = (ids: string[]) => ({ ID: { in: ids } })

/** Selects rows as CAP does, in a transaction of its own. @param taken - those that are marked; the others have to wait */
function select(rows: readonly Row[], taken = rows): Promise<unknown> {
  db.rows = rows
  return db.tx(async () => {
    const found = (await run(SELECT.from(TABLE).forUpdate())) as unknown as Row[]
    const ids = taken.map(({ ID }) => ID)
    if (ids.length) await run(UPDATE(TABLE).set({ status: 'processing' }).where(byId(ids)))
    return found
  })
}

const remove = ({ ID }: Row) => db.tx(() => run(DELETE.from(TABLE).where({ ID })))

/** Writes a row for another attempt, as CAP 10 does, and as CAP 9 does. */
const giveBack = (each: Row) =>
  db.tx(() => run(UPSERT.into(TABLE).entries({ ...each, status: null, attempts: 1 })))
const giveBackByUpdate = ({ ID }: Row) =>
  db.tx(() => run(UPDATE(TABLE).set({ status: null, attempts: 1 }).where({ ID })))

test.each([
  ['deleted', remove],
  ['given back', giveBack],
  ['given back by CAP 9', giveBackByUpdate]
])('a message counts from its selection until it is %s', async (_, end) => {
  const [one, other] = [row(), row()]
  await select([one, other])
  expect(messages()).toBe(2)
  await end(one)
  expect(messages()).toBe(1)
  await end(other)
})

test('a row that could not be deleted counts until it was given back', async () => {
  const own = row()
  await select([own])
  db.failure = 'DELETE'
  await expect(remove(own)).rejects.toThrow('no DELETE')
  db.failure = 'commit'
  await expect(remove(own)).rejects.toThrow('no commit')
  expect(messages()).toBe(1)
  db.failure = undefined
  await giveBack(own)
})

test.each([
  ['UPSERT', giveBack],
  ['UPDATE', giveBackByUpdate],
  ['commit', giveBack]
] as const)(
  'also if the database refuses that, at %s: another instance does it later',
  async (failure, end) => {
    const own = row()
    await select([own])
    db.failure = failure
    await expect(end(own)).rejects.toThrow(`no ${failure}`)
  }
)

test.each(['UPDATE', 'commit'] as const)(
  'rows whose selection fails at %s are not worked on',
  async (failure) => {
    db.failure = failure
    await expect(select([row()])).rejects.toThrow(`no ${failure}`)
  }
)

test('rows that have to wait are not worked on', async () => {
  const [due, later] = [row(), row()]
  await select([due, later], [due])
  expect(messages()).toBe(1)
  await remove(due)
})

test('a row of an instance that has died is marked already', async () => {
  const own = row('processing')
  await select([own], [])
  expect(messages()).toBe(1)
  await remove(own)
})

test('a task that is scheduled anew while it is processed is still worked on', async () => {
  const own = row()
  await select([own])
  await db.tx(() => run(UPSERT.into(TABLE).entries(own)))
  expect(messages()).toBe(1)
  await remove(own)
})

test('rows that are locked until they were processed (CAP 9) count as long', async () => {
  const own = row()
  db.rows = [own]
  await db.tx(async () => {
    await run(SELECT.from(TABLE).forUpdate())
    expect(messages()).toBe(1)
  })
})

describe('the database is away when a message was processed', () => {
  const process = async (own: Row) => {
    await select([own])
    db.failure = 'begin'
    await remove(own).catch(() => giveBack(own))
  }

  test('it counts no longer than the work in which it was selected', async () => {
    noteSpawnedWork()
    const log = jest.spyOn(console, 'error').mockReturnValue()
    const done = new Promise((resolve) => {
      cds.spawn({}, () => process(row())).on('done' as never, resolve as never)
    })
    await done
    expect(log).toHaveBeenCalledTimes(1)
    log.mockRestore()
  })

  test('else until CAP lets others select it', async () => {
    await expect(process(row())).rejects.toThrow('no begin')
    db.failure = undefined
    jest.advanceTimersByTime(3_599_000)
    await select([])
    expect(messages()).toBe(1)
    jest.advanceTimersByTime(1_000)
    await select([])
  })

  test('a message that is selected again counts once', async () => {
    const own = row()
    await expect(process(own)).rejects.toThrow('no begin')
    db.failure = undefined
    await select([own])
    expect(messages()).toBe(1)
    await remove(own)
  })
})

test('in the end nothing is selected any more, and what was selected before is finished', async () => {
  const own = row()
  await select([own])
  stopSelecting()
  expect(await select([row()], [])).toEqual([])
  expect(messages()).toBe(1)
  await remove(own)
})

import cds from '@sap/cds'

import { separate } from '../../../../src/delegation/queue/message.js'
import { attemptOf, beginAttempt, endAttempt } from '../../../../src/delegation/running.js'
import { muteConsole } from '../../../support/console.js'
import { as, openDatabase, queue, type Row, select, stored, TABLE } from '../database.js'

muteConsole('warn', 'error', 'info')

let db: cds.Service
beforeAll(async () => {
  db = await openDatabase()
})
afterEach(() => {
  jest.restoreAllMocks()
})

let count = 0
const newId = () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`

/** Works on a selected row, and deletes it in the same transaction, as CAP does. */
function finish({ ID, msg }: Row, then: () => void = () => undefined): Promise<void> {
  const user = new cds.User.Privileged()
  return as(user, 't1', async () => {
    beginAttempt(JSON.parse(msg) as object, user)
    await attemptOf(user)?.send()
    await cds.run(DELETE.from(TABLE).where({ ID }))
    then()
  })
}

/** Writes a row back after a failure, with all that was read, as CAP does. */
function writeBack(row: Row): Promise<unknown> {
  const entry = { ...row, status: null, attempts: (row.attempts ?? 0) + 1 }
  return as(cds.User.privileged, 't1', () => cds.run(UPSERT.into(TABLE).entries(entry)))
}

const handleOf = ({ msg }: Row) => String(separate(msg)?.value)

/** @returns whether the record of a row is accepted */
async function isAccepted(ID: string): Promise<boolean> {
  const row = await select(ID)
  const user = new cds.User.Privileged()
  beginAttempt(JSON.parse(row.msg) as object, user)
  const author = attemptOf(user)?.record.author.userId
  endAttempt(handleOf(row))
  return author === 'alice'
}

const LOST = new Error('the connection has ended')
const fail = () => {
  throw LOST
}

test.each([
  ['fails after it', (row: Row) => finish(row, fail)],
  [
    'cannot be committed',
    (row: Row) =>
      finish(row, () => {
        jest.spyOn(db as unknown as { commit: () => unknown }, 'commit').mockImplementation(fail)
      })
  ]
])('a row keeps its record when its deletion %s', async (_, deletion) => {
  const ID = newId()
  const { msg: original } = await queue(ID)
  const row = await select(ID)
  await expect(deletion(row)).rejects.toThrow(LOST)
  jest.restoreAllMocks()
  await writeBack(row)
  expect(await stored(ID)).toMatchObject({ msg: original, attempts: 1 })
  expect(await isAccepted(ID)).toBe(true)
})

test('the attempt of a row that is gone is forgotten', async () => {
  const ID = newId()
  await queue(ID)
  const row = await select(ID)
  await finish(row)
  expect(await stored(ID)).toBeFalsy()
  expect(endAttempt(handleOf(row))).toBeUndefined()
})

test('a handle that nobody knows any more does not replace a record', async () => {
  const ID = newId()
  const { msg: original } = await queue(ID)
  const row = await select(ID)
  endAttempt(handleOf(row))
  await writeBack(row)
  expect(await stored(ID)).toMatchObject({ msg: original })
  expect(await isAccepted(ID)).toBe(true)
})

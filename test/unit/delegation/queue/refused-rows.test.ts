import { join } from 'node:path'

import cds from '@sap/cds'

import { installDelegations } from '../../../../src/delegation/install.js'
import { withMember } from '../../../../src/delegation/queue/message.js'
import { refuseDelegatedWork } from '../../../../src/delegation/queue/queue.js'
import { configureTargets } from '../../../../src/delegation/targets.js'
import { muteConsole } from '../../../support/console.js'
import {
  as,
  execute,
  message,
  openQueue,
  queue,
  type Row,
  select,
  stored,
  TABLE
} from '../database.js'

muteConsole('warn', 'error', 'info')

/** A process without a delegation, whose database has no list of them. */
let db: cds.Service
beforeAll(async () => {
  configureTargets({ S4: { onBehalfOf: 'systemUser' } })
  installDelegations({ issued: unexpected, refused: unexpected })
  db = await openQueue(join(__dirname, '../planning.cds'))
})

function unexpected(): never {
  throw new Error('nothing is delegated')
}

let count = 0
const newId = () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`

/** Stores a row that another process has queued for an author. */
async function delegated(changes: object = {}): Promise<Row> {
  const ID = newId()
  const msg = withMember(message(ID, changes), 'header.payload.signature')
  await execute('INSERT INTO cds_outbox_Messages (ID, msg, attempts) VALUES (?, ?, 0)', [ID, msg])
  return stored(ID)
}

test.each([
  ['a required service', {}],
  ['a marked event', { service: 'Planning', event: 'nightly' }]
])('a record of %s runs nobody, and comes back as it was', async (_, changes) => {
  const original = await delegated(changes)
  const row = await select(original.ID)
  expect(JSON.parse(row.msg)).toMatchObject({ service: 'cds.principal.refused', event: 'refused' })
  expect(JSON.parse(row.msg)).not.toHaveProperty('data')
  const failed = { ...row, status: null, attempts: 10 }
  await as(cds.User.privileged, 't1', () => cds.run(UPSERT.into(TABLE).entries(failed)))
  expect(await stored(row.ID)).toMatchObject({ msg: original.msg, attempts: 10 })
})

test('work without a record is queued and selected as it is', async () => {
  const ID = newId()
  const text = message(ID)
  expect(await queue(ID, text)).toMatchObject({ msg: text })
  expect(await select(ID)).toMatchObject({ msg: text })
})

test('a queue without dead letters does not get the row, and gets all others', async () => {
  const { ID, msg } = await delegated()
  refuseDelegatedWork(db, false)
  expect(await select(ID)).toBeUndefined()
  expect(await stored(ID)).toMatchObject({ ID, msg, attempts: 0 })
  const other = newId()
  await queue(other)
  expect(await select(other)).toMatchObject({ ID: other })
})

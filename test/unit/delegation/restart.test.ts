import cds from '@sap/cds'

import { beginAttempt } from '../../../src/delegation/running.js'
import { muteConsole } from '../../support/console.js'
import { ENTRIES, openDatabase, queue, select } from './database.js'

muteConsole('warn', 'error', 'info')

beforeAll(openDatabase)

const ID = '00000000-0000-4000-8000-000000000001'
const hour = 3_600_000

test('a process that starts with a clock behind the list takes the time of the list', async () => {
  await queue(ID) // for two hours
  const issuedAt = new Date(Date.now() + 3 * hour).toISOString()
  const later = { txn: 'later', jti: 'later', author: 'bob', issuer: 'xsuaa', tenant: 't1' }
  const entry = { ...later, service: 'S4', event: 'PATCH', state: 'used', attempts: 1, issuedAt }
  await cds.run(INSERT.into(ENTRIES).entries({ ...entry, expiresAt: issuedAt }))

  const { msg } = await select(ID)
  const begin = () => beginAttempt(JSON.parse(msg) as object, new cds.User.Privileged())
  expect(begin).toThrow(/its time is over/)
  const found = SELECT.one.from(ENTRIES).columns('state').where({ jti: ID })
  expect(await cds.run(found)).toEqual({ state: 'ended' })
})

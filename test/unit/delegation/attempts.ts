import cds from '@sap/cds'

import type { RepeatableRequests } from '../../../src/delegation/options.js'
import { attemptOf, beginAttempt } from '../../../src/delegation/running.js'
import { as, ENTRIES, select, TABLE } from './database.js'

/** A write as it is sent. */
export const CHANGE = { method: 'PATCH', url: "/Equipment('1')", data: { name: 'new' } }

let count = 0

/** Returns the ID of a new row. */
export const newId = () => `00000000-0000-4000-8000-1${String(++count).padStart(11, '0')}`

/** Returns a service with a delegation. */
export const service = (
  options: { idempotent?: boolean; repeatable?: RepeatableRequests } = {}
) => ({
  ...{ name: 'S4', validFor: 7200, credentials: undefined, retention: 60, options: {} },
  ...{ idempotent: false, repeatable: undefined, ...options }
})

/** Begins an attempt of the queue at a row. */
export async function attempt(ID: string) {
  const { msg } = await select(ID)
  const user = new cds.User.Privileged()
  beginAttempt(JSON.parse(msg) as object, user)
  return { msg, user, attempt: attemptOf(user)! }
}

/** Writes a row back after an attempt has failed, as CAP does. */
export const writeBack = (ID: string, msg: string) =>
  as(cds.User.privileged, 't1', () =>
    cds.run(UPSERT.into(TABLE).entries({ ID, msg, status: null }))
  )

/** Returns the state of the record of a row. */
export const stateOf = async (jti: string) => {
  const found = await cds.run(SELECT.one.from(ENTRIES).columns('state').where({ jti }))
  return (found as { state: string }).state
}

import type cds from '@sap/cds'

import { affectedRows, afterSelectionFrom, cap } from '../../cap.js'
import { beforeDeletesFrom, beforeInsertsInto, leaveRowsWith } from '../../cap-rows.js'
import { type Attempt, taken } from '../attempt.js'
import { type IssueObserver, issueRecord } from './issue.js'
import { MEMBER, parseMessage, type Separated, separate } from './message.js'
import type { QueueRow } from './row.js'
import { attemptOf, endAttempt } from '../running.js'
import { deleteOldEntries } from './retention.js'
import { selectRow } from './select.js'
import { holdEntry, useEntry } from '../table.js'

export { keepRetention } from './retention.js'

/** Table of CAP's queue. */
const QUEUE_TABLE = 'cds.outbox.Messages'

/**
 * Issues a record for each row of the queue that needs one, verifies it when the row is selected, and uses it up when the row is deleted.
 *
 * @param service - database service
 * @internal
 */
export function delegateQueuedWork(service: cds.Service, observer: IssueObserver): void {
  beforeInsertsInto(service, QUEUE_TABLE, (row) => writeRow(row, observer))
  afterSelectionFrom(service, QUEUE_TABLE, async (rows) => {
    for (const row of rows) await selectRow(row)
    void deleteOldEntries()
  })
  beforeDeletesFrom(service, QUEUE_TABLE, useRecord)
}

/**
 * Refuses rows with a record in a process in which nothing is delegated, and which would run them as the application itself.
 *
 * @param hasDeadLetters - true if the queue gives up a message that has no service. The queues of CAP 9, and of CAP 10 without scheduling,
 *   do not get these rows at all
 * @internal
 */
export function refuseDelegatedWork(service: cds.Service, hasDeadLetters: boolean): void {
  if (!hasDeadLetters) {
    leaveRowsWith(service, QUEUE_TABLE, 'msg', `"${MEMBER}":`)
    return
  }
  afterSelectionFrom(service, QUEUE_TABLE, async (rows) => {
    for (const row of rows) await selectRow(row)
  })
  beforeInsertsInto(service, QUEUE_TABLE, (row: QueueRow) => {
    const found = separate(row.msg ?? '')
    return found ? returnRow(row, found) : Promise.resolve(true)
  })
}

/**
 * Issues the record of a new row; a row that comes back after an attempt gets its record back.
 *
 * @returns false for a row that this attempt has to leave alone
 */
async function writeRow(row: QueueRow, observer: IssueObserver): Promise<boolean> {
  if (!row.msg) return true
  const found = separate(row.msg)
  if (!found) {
    // one that comes back without a record had none: nobody has asked for it
    if (!row.attempts) await issueRecord(row, observer)
    return !reportsTaken(row.msg)
  }
  return returnRow(row, found)
}

/** @returns false for a row that this attempt has to leave alone */
async function returnRow(row: QueueRow, found: Separated): Promise<boolean> {
  const attempt = endAttempt(found.value)
  // the stored row has its record still, which a handle that nobody knows any more must not replace
  if (!attempt) return !row.attempts || isRecord(found.value)
  row.msg = attempt.stored
  return (await holdEntryOf(attempt)) && (await isStillThere(row))
}

/** @returns false if another attempt has begun since, or the work is over */
async function holdEntryOf(attempt: Attempt): Promise<boolean> {
  const { state, stateIfMarked, hasDoneNothing } = attempt
  if (!state) return true
  if (await holdEntry(state, hasDoneNothing && attempt.mark !== undefined)) return true
  return stateIfMarked !== undefined && holdEntry(stateIfMarked, hasDoneNothing)
}

/**
 * Returns false if a row is gone, or has become another one: CAP writes all that it has read before the attempt, and so brings a row
 * back that another process has finished, or that the application has unscheduled or scheduled anew.
 *
 * @see `@sap/cds/libx/queue/processing.js`, `_processTasks`
 */
async function isStillThere({ ID, timestamp, status }: QueueRow): Promise<boolean> {
  const time = new Date(timestamp ?? NaN).getTime()
  // the database keeps more digits than CAP reads
  const unchanged = time && { timestamp: { '<': new Date(time + 1).toISOString() } }
  const query = UPDATE.entity(QUEUE_TABLE)
    .set({ status: status ?? null })
    .where({ ID, ...unchanged })
  return affectedRows(await cap.run(query)) === 1
}

/** True for a record; a handle has no dots. */
const isRecord = (value: string) => value.includes('.')

/** True for the message that tells an application of the failure of an attempt that has left its row to another one. */
function reportsTaken(text: string): boolean {
  const { event = '', results } = parseMessage(text) ?? {}
  return event.endsWith('/#failed') && results?.code === 'ERR_DELEGATION_TAKEN'
}

/**
 * Uses up the record of a row that is deleted: after its work in the same transaction, and there is no second time. Until that is
 * committed, the record is kept: if it fails, CAP writes the row back.
 */
async function useRecord(id: string, req: cds.Request): Promise<void> {
  const attempt = attemptOf(cap.context?.user)
  if (attempt?.record.jti !== id) return
  const { state, record } = attempt
  if (state && !(await useEntry(state, attempt.confirmed))) throw taken(record.service)
  attempt.end()
  req.on('succeeded', () => {
    endAttempt(attempt.handle)
  })
}

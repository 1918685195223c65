import type cds from '@sap/cds'

import { afterSelectionFrom, beforeDeletesFrom, beforeInsertsInto, cap } from '../../cap.js'
import { type IssueObserver, issueRecord } from './issue.js'
import { separate } from './message.js'
import type { QueueRow } from './row.js'
import { ended } from '../record.js'
import { attemptOf, endAttempt } from '../running.js'
import { selectRow } from './select.js'
import { reopenEntry, useEntry } from '../table.js'

/** Table of CAP's queue. */
const QUEUE_TABLE = 'cds.outbox.Messages'

/**
 * Issues a record for each row of the queue that needs one, verifies it when the row is selected, and uses it up when the row is deleted.
 *
 * @param service - database service
 * @internal
 */
export function delegateQueuedWork(service: cds.Service, observer: IssueObserver): void {
  beforeInsertsInto(service, QUEUE_TABLE, async (rows) => {
    for (const row of rows) await written(row, observer)
  })
  afterSelectionFrom(service, QUEUE_TABLE, async (rows) => {
    for (const row of rows) await selectRow(row)
  })
  beforeDeletesFrom(service, QUEUE_TABLE, used)
}

/** A row that comes back after an attempt gets its record back; a new one gets its first. */
async function written(row: QueueRow, observer: IssueObserver): Promise<void> {
  if (!row.msg) return
  const found = separate(row.msg)
  if (!found) return issueRecord(row, observer)
  const attempt = endAttempt(found.value)
  if (!attempt) return
  row.msg = attempt.stored
  if (attempt.mark && attempt.hasDoneNothing) await reopenEntry(attempt.record.txn, attempt.mark)
}

/** A row is deleted: after its work in the same transaction, and there is no second time. */
async function used(): Promise<void> {
  const attempt = attemptOf(cap.context?.user)
  if (!attempt) return
  const { txn, service } = attempt.record
  if (!(await useEntry(txn, attempt.state, attempt.confirmed)))
    throw ended(service, 'it was used already')
  endAttempt(attempt.handle)
}

import type cds from '@sap/cds'

import { watchRows } from '../../cap-rows.js'
import { beginWork } from '../../lib/lifecycle/under-way.js'
import { isStopping } from './readiness.js'

/** Table of CAP's queue. */
const QUEUE_TABLE = 'cds.outbox.Messages'

/** Messages that this process works on, by the ids of their rows: functions that end their work. */
const selected = new Map<string, () => void>()

/**
 * Counts the messages of queues that are worked on: from the selection of a row until a transaction is committed that deletes it, or
 * writes it for another attempt. A process that is about to end selects no more.
 *
 * @param service - database service
 * @internal
 */
export function watchQueue(service: cds.Service): void {
  watchRows(service, QUEUE_TABLE, {
    mayLock: () => !isStopping(),
    locked: (ids) => {
      for (const id of ids) if (!selected.has(id)) selected.set(id, beginWork('messages'))
    },
    written: (ids) => {
      for (const id of ids) {
        selected.get(id)?.()
        selected.delete(id)
      }
    }
  })
}

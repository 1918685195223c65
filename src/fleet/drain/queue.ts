import type cds from '@sap/cds'

import { watchRows } from '../../cap-rows.js'
import { afterSpawnedWork } from '../../lib/lifecycle/spawned-work.js'
import { beginWork } from '../../lib/lifecycle/under-way.js'

/** Table of CAP's queue. */
const QUEUE_TABLE = 'cds.outbox.Messages'

/** Milliseconds after which CAP's queue takes a message for abandoned, and any instance selects it again, by default. */
const ABANDONED = 3_600_000

/** Message that this process works on. */
interface Selected {
  readonly since: number
  readonly end: () => void
}

/** Messages that this process works on, by the ids of their rows, the oldest first. */
const selected = new Map<string, Selected>()

let maySelect = true

/** Lets this process select no more messages: it is about to end. @internal */
export function stopSelecting(): void {
  maySelect = false
  endAbandoned()
}

/**
 * Counts the messages of queues that are worked on: from the selection of a row until a transaction is over that deletes it, or writes it
 * for another attempt. A transaction that can not begin, because the database is away, is seen by nobody: then the message counts until the
 * work is over in which CAP has selected it.
 *
 * @param service - database service
 * @internal
 */
export function watchQueue(service: cds.Service): void {
  watchRows(service, QUEUE_TABLE, {
    mayLock: () => maySelect,
    locked: (ids) => {
      endAbandoned()
      const own = ids.map((id) => [id, begin(id)] as const)
      afterSpawnedWork(() => {
        for (const [id, message] of own) if (selected.get(id) === message) end(id)
      })
    },
    released: (ids) => {
      ids.forEach(end)
    }
  })
}

/** A message that is selected again was abandoned. */
function begin(id: string): Selected {
  end(id)
  const message = { since: performance.now(), end: beginWork('messages') }
  selected.set(id, message)
  return message
}

function end(id: string): void {
  selected.get(id)?.end()
  selected.delete(id)
}

function endAbandoned(): void {
  for (const [id, { since }] of selected) {
    if (performance.now() - since < ABANDONED) return
    end(id)
  }
}

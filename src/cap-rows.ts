import type cds from '@sap/cds'

import { afterSelectionFrom } from './cap.js'

/** Receiver of what happens to rows that are locked to be processed. */
interface RowWatcher {
  /** False if no rows are to be locked any more. */
  readonly mayLock: () => boolean
  readonly locked: (ids: readonly string[]) => void
  /** Called after the commit of a transaction that has deleted rows, or given them back. */
  readonly written: (ids: readonly string[]) => void
}

/** Watches the rows of a table that are selected to be processed, until they are deleted or written back. @internal */
export function watchRows(service: cds.Service, name: string, watcher: RowWatcher): void {
  const table = { name } as never
  void service.prepend(() => {
    const read = (req: cds.Request, next: () => unknown) => {
      const { SELECT } = req.query as unknown as { SELECT?: { forUpdate?: unknown } }
      return SELECT?.forUpdate && !watcher.mayLock() ? [] : next()
    }
    service.on('READ', table, read as never)
  })
  afterSelectionFrom(service, name, (rows) => {
    watcher.locked(rows.map(({ ID }) => String(ID)))
    return Promise.resolve()
  })
  service.before(['DELETE', 'UPDATE', 'UPSERT'], table, (req: cds.Request) => {
    const { UPDATE } = req.query as unknown as { UPDATE?: { data?: { status?: unknown } } }
    if (UPDATE?.data?.status === 'processing') return
    const ids = Array.from(JSON.stringify(req.query).matchAll(UUID), ([id]) => id)
    req.on('succeeded', () => {
      watcher.written(ids)
    })
  })
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi

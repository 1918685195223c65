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

/** A query that inserts rows. */
interface InsertQuery {
  readonly INSERT?: { entries?: Record<string, unknown>[] }
  readonly UPSERT?: { entries?: Record<string, unknown>[] }
}

/**
 * Calls a function with each row that a database service is about to insert into a table, one after the other.
 *
 * @param name - of the table
 * @param handle - returns false for a row that is not to be written
 * @internal
 */
export function beforeInsertsInto(
  service: cds.Service,
  name: string,
  handle: (row: Record<string, unknown>) => Promise<boolean>
): void {
  const table = { name } as never
  service.before(['INSERT', 'UPSERT'], table, async ({ query }: cds.Request) => {
    const { INSERT, UPSERT } = query as unknown as InsertQuery
    const insert = INSERT ?? UPSERT
    const written: Record<string, unknown>[] = []
    const rows = insert?.entries ?? []
    for (const row of rows) if (await handle(row)) written.push(row)
    if (insert && written.length < rows.length) insert.entries = written
  })
}

/** Part of a condition: a column, an operator, or a value. */
type Condition = string & { readonly ref?: readonly string[]; readonly val?: unknown }

/**
 * Calls a function before the row with an ID is deleted from a table.
 *
 * @param name - of the table
 * @param handle - gets the ID; deletions by other conditions are left out
 * @internal
 */
export function beforeDeletesFrom(
  service: cds.Service,
  name: string,
  handle: (id: string) => Promise<void>
): void {
  service.before('DELETE', { name } as never, async ({ query }: cds.Request) => {
    const { where = [] } = (query as unknown as { DELETE: { where?: Condition[] } }).DELETE
    const [column, operator, value] = where
    const isById = column?.ref?.join() === 'ID' && operator === '=' && where[3] !== 'or'
    if (isById && typeof value?.val === 'string') await handle(value.val)
  })
}

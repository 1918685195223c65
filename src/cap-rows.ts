import cds from '@sap/cds'

import { afterSelectionFrom, cap } from './cap.js'

/** Receiver of what happens to rows that are locked to be processed. */
interface RowWatcher {
  /** False if no rows are to be locked any more. */
  readonly mayLock: () => boolean
  readonly locked: (ids: readonly string[]) => void
  /**
   * Called when rows are processed no longer: the transaction is over that has deleted them or given them back, or the one that has locked them
   * without marking them as processed. It has failed or not: CAP does not try to give a row back twice.
   */
  readonly released: (ids: readonly string[]) => void
}

/** Status of rows that are processed, with which they are still theirs when the transaction that has locked them is over. */
const PROCESSED = 'processing'

/** A statement that changes rows of the queue. */
interface Statement {
  readonly DELETE?: { readonly where?: unknown }
  readonly UPDATE?: { readonly where?: unknown; readonly data?: { readonly status?: unknown } }
  readonly UPSERT?: { readonly entries?: readonly Row[] }
}

interface Row {
  readonly ID?: unknown
  readonly status?: unknown
  readonly attempts?: unknown
}

/** True if the current request or message of a tenant has a connection to the database already. @see `@sap/cds/lib/srv/srv-tx.js` @internal */
export function isInTransaction(tenant: string | undefined): boolean {
  const root = cap.context?.context
  const { ready } = root?.transactions?.get(cds.db) ?? {}
  const isSame = !cap.env.requires.multitenancy || root?.tenant === tenant
  return isSame && Boolean(ready) && typeof ready !== 'string'
}

/** Leaves out rows whose element contains a text, when rows of a table are selected to be processed. @internal */
export function leaveRowsWith(service: cds.Service, name: string, element: string, part: string) {
  const leave = ({ query }: cds.Request, next: () => unknown) => {
    const { SELECT: selection } = query as unknown as { SELECT?: { forUpdate?: unknown } }
    const selected = query as unknown as { where: (text: string, pattern: string) => void }
    if (selection?.forUpdate) selected.where(`${element} not like`, `%${part}%`)
    return next()
  }
  void service.prepend(() => {
    service.on('READ', { name } as never, leave as never)
  })
}

/** Watches the rows of a table that are selected to be processed, until they are deleted or given back. @internal */
export function watchRows(service: cds.Service, name: string, watcher: RowWatcher): void {
  const table = { name } as never
  const marked = new Set<string>()
  void service.prepend(() => {
    const read = (req: cds.Request, next: () => unknown) => {
      const { SELECT } = req.query as unknown as { SELECT?: { forUpdate?: unknown } }
      return SELECT?.forUpdate && !watcher.mayLock() ? [] : next()
    }
    service.on('READ', table, read as never)
  })
  afterSelectionFrom(service, name, (rows, req) => {
    const ids = rows.map(({ ID }) => String(ID))
    watcher.locked(ids)
    for (const { ID, status } of rows) if (status === PROCESSED) marked.add(String(ID))
    req.on('failed', () => {
      watcher.released(ids)
    })
    req.on('done', () => {
      watcher.released(ids.filter((id) => !marked.delete(id)))
    })
    return Promise.resolve()
  })
  service.before(['DELETE', 'UPDATE', 'UPSERT'], table, (req: cds.Request) => {
    const { DELETE, UPDATE, UPSERT } = req.query as unknown as Statement
    const ids = UPSERT ? returned(UPSERT.entries) : idsIn((DELETE ?? UPDATE)?.where)
    if (UPDATE?.data?.status === PROCESSED) for (const id of ids) marked.add(id)
    // a row that could not be deleted is given back next
    else
      req.on(DELETE ? 'succeeded' : 'done', () => {
        watcher.released(ids)
      })
  })
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gi

function idsIn(condition: unknown): string[] {
  return Array.from(
    (JSON.stringify(condition) as string | undefined)?.matchAll(UUID) ?? [],
    ([id]) => id
  )
}

/** Returns the IDs of rows that were processed; one that is written anew for a task of the same name has no attempt behind it. */
function returned(entries: readonly Row[] = []): string[] {
  return entries.flatMap(({ ID, attempts }) => (attempts ? [String(ID)] : []))
}

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
 * @param handle - gets the ID, and the request, which succeeds when the deletion is committed; deletions by other conditions are left out
 * @internal
 */
export function beforeDeletesFrom(
  service: cds.Service,
  name: string,
  handle: (id: string, req: cds.Request) => Promise<void>
): void {
  service.before('DELETE', { name } as never, async (req: cds.Request) => {
    const { where = [] } = (req.query as unknown as { DELETE: { where?: Condition[] } }).DELETE
    const [column, operator, value] = where
    const isById = column?.ref?.join() === 'ID' && operator === '=' && where[3] !== 'or'
    if (isById && typeof value?.val === 'string') await handle(value.val, req)
  })
}

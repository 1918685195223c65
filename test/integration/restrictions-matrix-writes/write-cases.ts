import { type Row, ROWS, type Subject } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { written } from './written-rows.js'

/** What a request writes, and the rows that the condition has to be true for. */
export interface WriteCase {
  request(entity: string, folders: string): object
  /** The rows that are there before, and are changed or deleted, and those that are there after it. */
  before: Row[]
  after: Row[]
  /** The row that the request names: to who can't read it, it is as if there were none. */
  named?: Row
}

const NEW = 900

const at = (entity: string, { ID }: Row) =>
  ({ ref: [{ id: entity, where: [{ ref: ['ID'] }, '=', { val: ID }] }] }) as never

/** The values of another row. */
const become = ({ ID }: Row, values: Row): Row => ({ ...values, ID })
const fresh = (values: Row, number = 0): Row => ({ ...values, ID: NEW + number })
const folder = (rows: Row[]) => ({ rows: rows.map(written) })

/** A request about one row, which may get the values of another one. */
export type WriteKind = (from: Row, to: Row) => WriteCase

export const WRITES: Record<string, WriteKind> = {
  CREATE: (_, to) => ({
    request: (entity) => ({ query: INSERT.into(entity).entries(written(fresh(to))) }),
    before: [],
    after: [fresh(to)]
  }),
  UPDATE: (from, to) => ({
    request: (entity) => {
      const { ID: _, ...values } = written(become(from, to)) as Row
      return { query: UPDATE.entity(at(entity, from)).with(values) }
    },
    before: [from],
    after: [become(from, to)],
    named: from
  }),
  'UPSERT of a new row': (_, to) => {
    const row = { ...fresh(to), items: [] }
    return { ...upsert(row), before: [], after: [row] }
  },
  'UPSERT of a row': (from, to) => {
    const row = { ...become(from, to), items: from.items }
    return { ...upsert(row), before: [from], after: [row] }
  },
  DELETE: (from) => ({
    request: (entity) => ({ query: DELETE.from(at(entity, from)) }),
    before: [from],
    after: [],
    named: from
  }),
  'a bound action': (from) => action('touch', from),
  'a bound action with a restriction of its own': (from) => action('judge', from),
  'deep CREATE': (from, to) => {
    const rows = [fresh(from), fresh(to, 1)]
    return {
      request: (_, folders) => ({
        query: INSERT.into(folders).entries({ ID: NEW, ...folder(rows) })
      }),
      before: [],
      after: rows
    }
  },
  'deep UPDATE, changing': (from, to) => deepUpdate(from, [become(from, to)]),
  'deep UPDATE, replacing': (from, to) => deepUpdate(from, [fresh(to)]),
  'deep UPDATE, removing': (from) => deepUpdate(from, [])
}

function upsert(row: Row): Pick<WriteCase, 'request'> {
  const { items: _, ...entry } = written(row) as Row
  return { request: (entity) => ({ query: UPSERT.into(entity).entries(entry) }) }
}

function action(event: string, row: Row): WriteCase {
  return {
    request: (entity) => ({ event, query: SELECT.one.from(at(entity, row)) }),
    before: [row],
    after: [],
    named: row
  }
}

function deepUpdate(from: Row, after: Row[]): WriteCase {
  return {
    request: (_, folders) => ({ query: UPDATE.entity(at(folders, from)).with(folder(after)) }),
    before: [from],
    after
  }
}

/**
 * Pairs of rows for a condition: it is true for both, and then only for one of them. Where it is true for all rows or for
 * none, there is one pair. Which rows depends on `turn`, so that all have their turn.
 */
export function pairs({ holds }: Condition, subject: Subject, turn: number): [Row, Row][] {
  const good = ROWS.filter((row) => holds(row, subject) === true)
  const bad = ROWS.filter((row) => holds(row, subject) !== true)
  const pick = (rows: Row[], offset: number) => rows[(turn + offset) % (rows.length || 1)]
  const candidates = [
    [pick(good, 0), pick(good, 1)],
    turn % 2 ? [pick(good, 0), pick(bad, 1)] : [pick(bad, 0), pick(good, 1)]
  ]
  const complete = candidates.filter((pair): pair is [Row, Row] => !pair.includes(undefined))
  const [first, second] = [pick(bad, 0), pick(bad, 1)]
  return complete.length || !first || !second ? complete : [[first, second]]
}

import { fc } from '../../support/generated-inputs.js'
import { type Item, type Row, ROWS } from '../restrictions-matrix/fixture.js'
import type { Stored } from '../restrictions-matrix-queries/world.js'

/** A request that writes a part of a row, and what comes of it. */
export interface PartWrite {
  /** A part goes to another row in the process only: over HTTP, the path says which it belongs to. */
  readonly method: 'POST' | 'PATCH' | 'DELETE' | 'move'
  readonly path: string
  readonly data?: object
  readonly status: number
  /** The row that the part belongs to before, and after; with the items that it has then. */
  readonly before: Row
  readonly after?: Row
  /** Name of the table of the part, and what it holds afterwards. */
  readonly table: string
  change(records: readonly Stored[]): Stored[]
}

/** One kind of parts: where they are, and what is in them. */
interface Kind {
  readonly table: string
  /** Path of the parts of a row, with a key for one of them. */
  readonly path: (row: Row) => string
  readonly key: (row: Row) => Readonly<Record<string, number>>
  /** Element with a text. */
  readonly text: string
  /** Elements that say which row a part belongs to, by the key of the row. */
  readonly link?: (ID: number) => object
  /** True if the link can be changed. */
  readonly isMovable?: boolean
}

const nameOf = ({ ID }: Row) => `Rows(ID=${String(ID)})`
const firstItem = ({ ID }: Row) => ID * 10

const KINDS: readonly Kind[] = [
  {
    table: 'Items',
    path: (row) => `${nameOf(row)}/items`,
    key: (row) => ({ ID: firstItem(row) }),
    text: 'tag',
    link: (ID) => ({ row_ID: ID }),
    isMovable: true
  },
  {
    table: 'Subs',
    path: (row) => `${nameOf(row)}/items(ID=${String(firstItem(row))})/subs`,
    key: (row) => ({ ID: firstItem(row) }),
    text: 'text',
    link: (ID) => ({ item_ID: ID * 10 }),
    isMovable: true
  },
  {
    table: 'Rows.lines',
    path: (row) => `${nameOf(row)}/lines`,
    key: ({ ID }) => ({ up__ID: ID, pos: 1 }),
    text: 'text',
    link: (ID) => ({ up__ID: ID })
  },
  {
    table: 'Rows.lines',
    path: () => 'Lines',
    key: ({ ID }) => ({ up__ID: ID, pos: 1 }),
    text: 'text',
    link: (ID) => ({ up__ID: ID })
  },
  {
    table: 'Keyed',
    path: (row) => `${nameOf(row)}/keyed`,
    key: ({ ID }) => ({ ID, whole_ID: ID }),
    text: 'text',
    link: (ID) => ({ whole_ID: ID })
  },
  {
    table: 'Compared',
    path: (row) => `${nameOf(row)}/compared`,
    key: ({ ID }) => ({ ID }),
    text: 'text',
    link: (ID) => ({ rowID: ID }),
    isMovable: true
  }
]

const NEW = 9001
const some = <T>(values: readonly T[]) => fc.constantFrom(...values)
const tags = some(['DE', 'FR', 'US', '5', 'x'])
const rows = some(ROWS.filter(({ items }) => items.length))

/** The row as it is when one of its items has another tag, or there is one more or less. */
function withItems(row: Row, table: string, change: (items: readonly Item[]) => Item[]): Row {
  return table === 'Items' ? { ...row, items: change(row.items) } : row
}

function at({ path, key }: Kind, row: Row): string {
  const names = Object.entries(key(row)).map(([name, value]) => `${name}=${String(value)}`)
  return `${path(row)}(${names.join()})`
}

function isOf(key: object): (record: Stored) => boolean {
  return (record) => Object.entries(key).every(([name, value]) => record[name] === value)
}

function add(kind: Kind, row: Row, text: string): PartWrite {
  const { table, link, path } = kind
  const key = table === 'Rows.lines' ? { pos: NEW } : { ID: NEW }
  const data = { ...key, [kind.text]: text }
  const linked = { ...data, ...link?.(row.ID) }
  return {
    method: 'POST',
    path: path(row),
    // what the path says need not be in the data
    data: path(row) === 'Lines' ? linked : data,
    status: 201,
    before: row,
    after: withItems(row, table, (items) => [...items, { tag: text, weight: 0 }]),
    table,
    change: (records) => [...records, linked]
  }
}

function change(kind: Kind, row: Row, text: string): PartWrite {
  const { table, key } = kind
  const isPart = isOf(key(row))
  return {
    method: 'PATCH',
    path: at(kind, row),
    data: { [kind.text]: text },
    status: 200,
    before: row,
    after: withItems(row, table, ([first, ...more]) => [{ ...first!, tag: text }, ...more]),
    table,
    change: (records) =>
      records.map((each) => (isPart(each) ? { ...each, [kind.text]: text } : each))
  }
}

function move(kind: Kind, row: Row, to: Row): PartWrite {
  const { table, key, link } = kind
  const isPart = isOf(key(row))
  const [moved] = row.items
  return {
    method: 'move',
    path: at(kind, row),
    data: link?.(to.ID) ?? {},
    status: 200,
    before: row,
    after:
      to === row ? row : withItems(to, table, (items) => [...items, ...(moved ? [moved] : [])]),
    table,
    change: (records) =>
      records.map((each) => (isPart(each) ? { ...each, ...link?.(to.ID) } : each))
  }
}

function remove(kind: Kind, row: Row): PartWrite {
  const { table, key } = kind
  const isPart = isOf(key(row))
  return {
    method: 'DELETE',
    path: at(kind, row),
    status: 204,
    before: row,
    table,
    change: (records) => records.filter((each) => !isPart(each))
  }
}

/** A write of a part of any kind. */
export const partWrite: fc.Arbitrary<PartWrite> = fc
  .record({ kind: some(KINDS), row: rows, to: rows, text: tags })
  .chain(({ kind, row, to, text }) =>
    some([
      add(kind, row, text),
      change(kind, row, text),
      remove(kind, row),
      ...(kind.isMovable ? [move(kind, row, to)] : [])
    ])
  )

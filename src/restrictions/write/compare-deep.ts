import { isDeepStrictEqual } from 'node:util'

import { type Key, keyNames, keyOf, type ReadColumn, textOfKey } from '../model/database.js'
import type { Definition } from '../condition/element-type.js'
import { linkingElements } from '../model/governing.js'
import type { RestrictedDefinition } from '../model/definition.js'

/** Changes of a write to the records at the end of a path of compositions. */
export interface Level {
  readonly entity: RestrictedDefinition
  /** Names of compositions, from the written record. */
  readonly path: readonly string[]
  /** True if there are records in the data that are not in the database. */
  created: boolean
  /** Keys of those in the database: with other values in the data, with none there, and all. */
  readonly changed: Key[]
  readonly deleted: Key[]
  readonly kept: Key[]
}

type Row = Readonly<Record<string, unknown>>

/** Element with the members that are read here. */
interface Element extends Definition {
  readonly virtual?: boolean
  readonly value?: unknown
}

/** Returns the columns that are needed to compare records with the data. @internal */
export function readableColumns(
  entity: RestrictedDefinition,
  data: readonly object[]
): ReadColumn[] {
  const written = new Set(data.flatMap((row) => Object.keys(row)))
  const names = [...written].filter((name) => isComparable(entity, name))
  const columns = [...new Set([...keyNames(entity), ...names])].map((name) => ({ ref: [name] }))
  const parts = reached(entity, data).map(({ name, part, rows }) => ({
    ref: [name],
    expand: readableColumns(part, rows)
  }))
  return [...columns, ...parts]
}

/** @param stored - the records in the database, with {@link readableColumns} @internal */
export function compareDeep(
  entity: RestrictedDefinition,
  data: readonly object[],
  stored: readonly Row[]
): Level[] {
  const levels = new Map<string, Level>()
  const single = data.length === 1
  const keyed = new Map(stored.map((row) => [textOfKey(entity, row), row]))
  for (const row of data as Row[]) {
    const olds = single ? stored : [keyed.get(textOfKey(entity, row))]
    for (const old of olds.length ? olds : [undefined])
      compareParts({ entity, path: [], levels }, row, old)
  }
  return [...levels.values()]
}

/** Place in the data and its level, for rows that are compared. */
interface ComparisonContext {
  readonly entity: RestrictedDefinition
  readonly path: readonly string[]
  readonly levels: Map<string, Level>
}

function compareParts(
  { entity, path, levels }: ComparisonContext,
  row: Row,
  old: Row | undefined
): void {
  for (const { name, part, links, rows } of reached(entity, [row])) {
    const place = { entity: part, path: [...path, name], levels }
    const level = levelAt(place)
    const keyWithin = (each: Row) => matchingKey(part, links, each)
    const left = new Map(rowsOf(old?.[name]).map((each) => [keyWithin(each), each]))
    for (const each of rows) {
      const same = left.get(keyWithin(each))
      left.delete(keyWithin(each))
      if (!same) level.created = true
      else noteKept(level, links, each, same)
      compareParts(place, each, same)
    }
    for (const each of left.values()) level.deleted.push(keyOf(part, each) ?? {})
  }
  if (old) keepOthers({ entity, path, levels }, old, row)
}

/** Parts that are there, and that this record's data does not mention while that of another one does. */
function keepOthers({ entity, path, levels }: ComparisonContext, old: Row, row: Row = {}): void {
  for (const [name, { _target }] of Object.entries(entity.compositions ?? {})) {
    if (row[name] !== undefined || old[name] === undefined || !_target) continue
    const place = { entity: _target as RestrictedDefinition, path: [...path, name], levels }
    for (const each of rowsOf(old[name])) {
      levelAt(place).kept.push(keyOf(place.entity, each) ?? {})
      keepOthers(place, each)
    }
  }
}

function noteKept(level: Level, links: readonly string[], row: Row, old: Row): void {
  const key = keyOf(level.entity, old) ?? {}
  level.kept.push(key)
  if (!isSame(level.entity, links, row, old)) level.changed.push(key)
}

function levelAt({ entity, path, levels }: ComparisonContext): Level {
  const name = path.join('/')
  const level = levels.get(name) ?? {
    entity,
    path,
    created: false,
    changed: [],
    deleted: [],
    kept: []
  }
  levels.set(name, level)
  return level
}

/** The compositions that the data has, with their rows; null and an empty list take away what is there. */
function reached(entity: RestrictedDefinition, data: readonly object[]) {
  return Object.entries(entity.compositions ?? {}).flatMap(([name, composition]) => {
    const part = composition._target as RestrictedDefinition | undefined
    const values = (data as Row[]).map((row) => row[name]).filter((value) => value !== undefined)
    if (!values.length || !part) return []
    const links = linkingElements(part, composition)
    return [{ name, part, links, rows: values.flatMap(rowsOf) }]
  })
}

function rowsOf(value: unknown): Row[] {
  const values = [value ?? []].flat() as unknown[]
  return values.filter((row): row is Row => typeof row === 'object' && row !== null)
}

/** The key within the record above: what leads back to that one need not be in the data. */
function matchingKey(entity: RestrictedDefinition, links: readonly string[], row: Row): string {
  const names = keyNames(entity).filter((name) => !links.includes(name))
  return JSON.stringify(names.map((name) => row[name] ?? null))
}

/** Values in another form count as changed. */
function isSame(
  entity: RestrictedDefinition,
  links: readonly string[],
  row: Row,
  old: Row
): boolean {
  return Object.entries(row).every(([name, value]) => {
    if (OF_DRAFTS.has(name) || entity.compositions?.[name] || value === undefined) return true
    if (links.includes(name) && value === null) return true
    return isComparable(entity, name) && isDeepStrictEqual(value, old[name] ?? null)
  })
}

/** Elements of drafts that are not stored with the active record. */
const OF_DRAFTS = new Set([
  'IsActiveEntity',
  'HasActiveEntity',
  'HasDraftEntity',
  'DraftAdministrativeData_DraftUUID'
])

function isComparable(entity: RestrictedDefinition, name: string): boolean {
  const element = entity.elements?.[name] as Element | undefined
  if (!element || OF_DRAFTS.has(name)) return false
  const { _target, elements, virtual, value, type, _type } = element
  return !_target && !elements && !virtual && !value && (_type ?? type) !== 'cds.LargeBinary'
}

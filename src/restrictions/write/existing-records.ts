import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { type Permitted, permittedCondition, waysOfRecord } from '../model/permitted.js'
import { type EnforcedRequest, factsOf } from '../request/request.js'
import { type Key, keyNames, keyOf, readRows, recordsAt, textOfKey } from '../model/database.js'
import { type Judge, judgedElements } from './judge.js'

type Ways = Exclude<Permitted, string>

/** A write, and what has to be true of it. */
export interface Write {
  readonly request: EnforcedRequest
  readonly entity: RestrictedDefinition
  readonly ways: Ways | undefined
  /** The ways in which an UPSERT may replace a record that is there. CAP does not look at it. */
  readonly replaceable: Ways | undefined
  /** The restrictions, where the data alone can be judged by them. */
  readonly restrictions: readonly Restriction[] | undefined
  readonly judge: Judge
  readonly data: readonly object[]
  readonly deep: boolean
}

/** A record that is there before the write: its key, and the elements that its condition is about. */
export interface Existing {
  readonly row: Key
  /** True if the user may change this record because of its state before the write, by a condition without `$user`. */
  readonly permittedByOldState: boolean
}

/** Reads the records that a write changes, before it does. @internal */
export async function existingRecords(write: Write): Promise<Existing[]> {
  const { request, entity, ways, restrictions, data } = write
  if (request.event === 'CREATE') return []
  const names = new Set([
    ...keyNames(entity),
    ...(restrictions ? judgedElements(restrictions, entity) : [])
  ])
  const columns = [...names].map((name) => ({ ref: [name] }))
  const keys = data.map((row) => keyOf(entity, row)).filter((key) => key !== undefined)
  const { ref = [entity.name] } = request.subject ?? {}
  const update = request.event === 'UPDATE'
  if (!update && !keys.length) return []
  const rows = update
    ? await readRows(ref, columns, request.query?.UPDATE?.where)
    : await readRows([recordsAt(entity, keys)], columns)
  const ofOldState = waysOfRecord(ways ?? [])
  if (!ofOldState.length || !rows.length)
    return rows.map((row) => ({ row, permittedByOldState: false }))
  const condition = permittedCondition(ofOldState, factsOf(request))
  const found = await readRows([recordsAt(entity, rows)], columns, [condition])
  const permitted = new Set(found.map((row) => textOfKey(entity, row)))
  return rows.map((row) => ({ row, permittedByOldState: permitted.has(textOfKey(entity, row)) }))
}

import { checkedRecord } from './record.js'
import {
  count,
  inTransaction,
  type Key,
  keyNames,
  keyOf,
  readRows,
  recordsAt,
  textOfKey
} from '../model/database.js'
import {
  checkDeepAfter,
  checkDeepBefore,
  type DeepWrite,
  deepWriteOf,
  reachesRestricted
} from './deep.js'
import { type Existing, existingRecords, type Write } from './existing-records.js'
import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'
import { isPermitted } from '../model/evaluate-restriction.js'
import { findTextsAgain } from '../request/find-texts.js'
import { judgeOf } from './judge.js'
import {
  ownRestrictions,
  permittedCondition,
  permittedOn,
  waysOfRecord,
  waysOfUser
} from '../model/permitted.js'
import { checkPlainUpdate, plainUpdate } from './plain-update.js'
import { inDatabase } from '../model/remote.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { rememberRefusal } from './refused-writes.js'
import { checkReplaced } from './replaced.js'
import { factsOf } from '../request/request.js'
import { leavesUntouched } from './untouched.js'
import { isTrueForAll } from '../../lib/turns.js'

/**
 * Refuses to write what the condition of the user would hide from him. In the database it is looked at when it is written,
 * and the refusal rolls it back; for records elsewhere, the data is looked at before. The number of queries does not depend
 * on that of the records.
 *
 * @internal
 */
export async function checkWritten(
  service: Pick<EnforcingService, 'run'>,
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  next: () => Promise<unknown>
): Promise<unknown> {
  const write = writeOf(request, entity)
  const isChecked = write.ways !== undefined || write.deep
  if (!isChecked && !write.replaceable) return next()
  if (!inDatabase(entity)) {
    if (write.replaceable) await checkReplaced(service, write)
    if (isChecked) checkData(write)
    return next()
  }
  const { user, tenant } = request
  const update = updateOf(write, next)
  if (update) return rememberRefusal(() => inTransaction({ user, tenant }, update))
  const existing = await existingRecords(write)
  const rows = existing.map(({ row }) => row)
  const deep = write.deep ? await deepWriteOf(entity, write.data, rows) : undefined
  await checkBefore(write, existing, deep)
  const work = async () => {
    const result = await next()
    await checkAfter(write, existing, deep)
    return result
  }
  return rememberRefusal(() => inTransaction({ user, tenant }, work))
}

function writeOf(request: EnforcedRequest, entity: RestrictedDefinition): Write {
  const permitted = permittedOn(entity, request.event, request.user)
  if (permitted === 'never') refuse(request, RESTRICTED, 'No role permits this.')
  const data = Array.isArray(request.data) ? (request.data as object[]) : [request.data as object]
  const ways = waysOfUser(permitted)
  const isUpsert = request.event === 'UPSERT' && typeof permitted !== 'string'
  const replaceable = isUpsert ? permitted : undefined
  const restrictions = ways && ownRestrictions(ways)
  const judge = restrictions ? judgeOf(restrictions, entity, factsOf(request)) : () => undefined
  const deep = reachesRestricted(entity, data)
  return { request, entity, ways, replaceable, restrictions, judge, data, deep }
}

const RESTRICTED = 'ERR_WRITE_RESTRICTED'
const UNCHECKED = 'ERR_RESTRICTION_UNCHECKED'

/** Does an UPDATE whose records need not be looked at one by one. */
function updateOf(write: Write, next: () => Promise<unknown>) {
  const { request, entity, ways = [], restrictions, judge, deep } = write
  if (!restrictions || deep) return undefined
  const check = () => checkChanged(write)
  const isUntouched = () => leavesUntouched(request, entity, restrictions)
  if (isUntouched()) {
    return async () => {
      const result = await next()
      // handlers may have changed the data
      if (!isUntouched()) await check()
      return result
    }
  }
  if (waysOfRecord(ways).length) return undefined
  const plain = plainUpdate(request, entity, restrictions, judge)
  return plain && (() => checkPlainUpdate(plain, next, check))
}

/** Checks a record that a handler has changed further, by its key; many of them can't be told any more. */
async function checkChanged(write: Write): Promise<void> {
  const { request, data } = write
  const [row = {}] = data
  await findTextsAgain(request)
  await everyRecord(write, [newKey(write, row)], () => row)
  if (request.query?.UPDATE?.where?.length)
    refuse(request, UNCHECKED, 'What is written can not be checked.')
}

/** Checks the data of a write to records that live in another service. */
function checkData({ request, entity, ways, restrictions, judge, data, deep }: Write): void {
  if (deep || (ways && !restrictions)) {
    refuse(request, UNCHECKED, 'Restrictions below, or above, a record of another service.')
  }
  const existing = checkedRecord(request)
  const [{ restrictions: ofOldState = [] } = {}] = waysOfRecord(ways ?? [])
  if (existing && isPermitted(ofOldState, entity, existing, factsOf(request))) return
  for (const row of data) {
    const verdict = judge(row, existing)
    if (verdict === undefined) refuse(request, UNCHECKED, 'What is written can not be checked.')
    if (!verdict) refuse(request, RESTRICTED, HIDDEN)
  }
}

const HIDDEN = 'You would not be allowed to see what you write.'

async function checkBefore(
  write: Write,
  existing: readonly Existing[],
  deep: DeepWrite | undefined
): Promise<void> {
  const { request, replaceable: ways, judge, data } = write
  if (ways) {
    const keys = existing.map(({ row }) => row)
    await everyRecord({ ...write, ways }, keys)
  }
  const fresh = existing.length ? [] : data.filter((row) => isRecord(write, row))
  const dataOf = dataByKey(write)
  const visible =
    (await isTrueForAll(fresh, (row) => judge(row) !== false)) &&
    (await isTrueForAll(
      existing,
      ({ row, permittedByOldState }) => permittedByOldState || judge(dataOf(row), row) !== false
    ))
  if (!visible) refuse(request, RESTRICTED, HIDDEN)
  if (deep) await checkDeepBefore(request, deep)
}

async function checkAfter(
  write: Write,
  existing: readonly Existing[],
  deep: DeepWrite | undefined
): Promise<void> {
  const { request, entity, ways, data } = write
  await findTextsAgain(request)
  const updated = request.event === 'UPDATE' && existing.length > 0
  const written = updated
    ? existing.map(({ row }) => row)
    : data.filter((row) => isRecord(write, row)).map((row): Key => newKey(write, row))
  if (ways) {
    const permitted = existing
      .filter((each) => each.permittedByOldState)
      .map(({ row }) => textOfKey(entity, row))
    const checked = new Map(written.map((key) => [textOfKey(entity, key), key]))
    for (const key of permitted) checked.delete(key)
    await everyRecord(write, [...checked.values()], dataByKey(write))
  }
  if (deep) await checkDeepAfter(request, entity, deep, written)
}

/** An UPDATE without a key writes nothing, if it finds nothing. */
function isRecord({ request, entity }: Write, row: object): boolean {
  return request.event !== 'UPDATE' || keyOf(entity, row) !== undefined
}

function newKey({ request, entity }: Write, row: object): Key {
  return keyOf(entity, row) ?? refuse(request, UNCHECKED, 'The new record has no key.')
}

/** The data for a record. */
function dataByKey({ request, entity, data }: Write): (key: Key) => object {
  if (request.event === 'UPDATE') return () => data[0] ?? {}
  const rows = new Map(data.map((row) => [textOfKey(entity, row), row]))
  return (key) => rows.get(textOfKey(entity, key)) ?? {}
}

/** Every record has to fulfil it. One that is not there (handlers may write elsewhere) is judged by its data. */
async function everyRecord(
  { request, entity, ways = [], judge }: Write,
  keys: readonly Key[],
  dataOf?: (key: Key) => object
): Promise<void> {
  if (!keys.length) return
  const records = [recordsAt(entity, keys)]
  const allowed = await count(records, permittedCondition(ways, factsOf(request)))
  if (allowed >= keys.length) return
  const columns = keyNames(entity).map((name) => ({ ref: [name] }))
  const stored = new Set((await readRows(records, columns)).map((row) => textOfKey(entity, row)))
  if (allowed < stored.size) refuse(request, RESTRICTED, HIDDEN)
  if (!dataOf) return
  const missing = keys.filter((key) => !stored.has(textOfKey(entity, key)))
  if (!(await isTrueForAll(missing, (key) => judge(dataOf(key)) ?? false)))
    refuse(request, UNCHECKED, 'What is written can not be checked.')
}

import { isDeepStrictEqual } from 'node:util'

import { checkedRecord } from './check-record.js'
import type { Segment } from './condition.js'
import { count, inTransaction, type Key, keyOf, keysAt, read, recordAt } from './database.js'
import { conditional, type DeepPart, deepParts, isOfUser } from './deep-parts.js'
import { type EnforcedRequest, refuse } from './enforced-request.js'
import { isPermitted, type Row } from './evaluate-restriction.js'
import { type Governing, governingEntity } from './governing-entity.js'
import { judgeData } from './judge-data.js'
import { permissionFor } from './permission.js'
import { permissionCondition } from './permission-condition.js'
import { inDatabase } from './remote-entity.js'
import type { RestrictedDefinition, Restriction } from './restricted-definition.js'
import { factsOf } from './set-attributes.js'

/** A write, and what has to be true of it. */
interface Write {
  readonly request: EnforcedRequest
  readonly entity: RestrictedDefinition
  readonly governing: Governing
  readonly restrictions: readonly Restriction[] | undefined
  readonly parts: readonly DeepPart[]
  readonly data: readonly object[]
}

/**
 * Refuses to write what the condition of the user would hide from him. In the database it is looked at when it is written,
 * and the refusal rolls it back; for records elsewhere, the data is looked at before.
 *
 * @internal
 */
export async function checkWritten(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  next: () => Promise<unknown>
): Promise<unknown> {
  const write = writeOf(request, entity)
  if (!write.restrictions && !write.parts.length) return next()
  if (!inDatabase(entity)) {
    checkData(write)
    return next()
  }
  const existing = await existingRecords(write)
  await checkBefore(write, existing)
  const { user, tenant } = request
  return inTransaction({ user, tenant }, async () => {
    const result = await next()
    await checkAfter(write, existing)
    return result
  })
}

function writeOf(request: EnforcedRequest, entity: RestrictedDefinition): Write {
  const { event, user } = request
  const governing = governingEntity(entity)
  const permission = permissionFor(governing.entity, event, user)
  if (permission === 'never') refuse(request, RESTRICTED, 'No role permits this.')
  const data = Array.isArray(request.data) ? (request.data as object[]) : [request.data as object]
  const parts = deepParts(entity, data, event, user)
  const never = parts.some(({ before, after }) => [...before, ...after].includes('never'))
  if (never) refuse(request, RESTRICTED, 'No role permits what is written below the record.')
  return { request, entity, governing, restrictions: conditional(permission), parts, data }
}

const RESTRICTED = 'ERR_WRITE_RESTRICTED'
const UNCHECKED = 'ERR_RESTRICTION_UNCHECKED'

/** A record that is there before the write. */
interface Existing {
  readonly key: Key
  /** Whether it may be changed for what it was, by a condition without `$user`. Then it may become anything. */
  readonly free: boolean
}

/** For records elsewhere. */
function checkData(write: Write): void {
  const { request, governing, parts, data } = write
  if (parts.length || governing.path.length) {
    refuse(request, UNCHECKED, 'Restrictions below, or above, a record of another service.')
  }
  const existing = checkedRecord(request)
  const free = existing && isPermitted(freeing(write), write.entity, existing, factsOf(request))
  for (const row of free ? [] : data) {
    if (judge(write, row, existing) === undefined)
      refuse(request, UNCHECKED, 'What is written can not be checked.')
  }
}

/** Refuses data before it is written, if it can be said by then. */
function judge(write: Write, row: object, existing?: Row): true | undefined {
  const { request, entity, governing, restrictions } = write
  if (!restrictions || governing.path.length) return undefined
  const verdict = judgeData(restrictions, entity, row, factsOf(request), existing)
  return verdict === false ? refuse(request, RESTRICTED, HIDDEN) : verdict
}

const HIDDEN = 'You would not be allowed to see what you write.'

/** Conditions about what was. */
function freeing({ restrictions = [] }: Write): Restriction[] {
  return restrictions.filter((restriction) => !isOfUser(restriction))
}

async function existingRecords(write: Write): Promise<Existing[]> {
  const { request, entity, governing } = write
  const before = freeing(write)
  const condition = before.length
    ? permissionCondition(before, governing, factsOf(request))
    : undefined
  const records: Existing[] = []
  for (const key of await existingKeys(write)) {
    const free = condition ? (await count([recordAt(entity, key)], condition)) > 0 : false
    records.push({ key, free })
  }
  return records
}

async function existingKeys({ request, entity, data }: Write): Promise<Key[]> {
  if (request.event === 'CREATE') return []
  const { ref } = request.subject ?? {}
  if (request.event === 'UPDATE') {
    return keysAt(entity, ref ?? [entity.name], request.query?.UPDATE?.where)
  }
  const keys = data.map((row) => keyOf(entity, row)).filter((key) => key !== undefined)
  const found = await Promise.all(keys.map((key) => keysAt(entity, [recordAt(entity, key)])))
  return found.flat()
}

async function checkBefore(write: Write, existing: readonly Existing[]): Promise<void> {
  const { request, entity, governing, restrictions, parts, data } = write
  if (!existing.length) for (const row of data) judge(write, row)
  for (const { key, free } of existing) {
    const record = recordAt(entity, key)
    if (request.event === 'UPSERT' && restrictions)
      await everyRecord(write, [record], restrictions, governing)
    if (restrictions && !free) judge(write, writtenTo(write, key), await read([record]))
    for (const part of parts) {
      const ref = [record, ...part.path]
      for (const permission of part.before) {
        if (typeof permission !== 'string')
          await everyRecord(write, ref, permission, part.governing)
      }
    }
  }
}

async function checkAfter(write: Write, existing: readonly Existing[]): Promise<void> {
  const { entity, governing, restrictions, parts } = write
  for (const { key, row } of writtenKeys(write, existing)) {
    const record = recordAt(entity, key)
    const free = existing.some(
      (each) => each.free && isDeepStrictEqual({ ...each.key }, { ...key })
    )
    if (restrictions && !free) await everyRecord(write, [record], restrictions, governing, row)
    for (const part of parts) {
      const ref = [record, ...part.path]
      for (const permission of part.after) {
        const conditions = conditional(permission)
        if (conditions) await everyRecord(write, ref, conditions, part.governing)
      }
    }
  }
}

/** The data for an existing record. */
function writtenTo({ request, entity, data }: Write, key: Key): object {
  const same = (row: object) => isDeepStrictEqual(keyOf(entity, row), { ...key })
  return (request.event === 'UPSERT' ? data.find(same) : data[0]) ?? {}
}

function writtenKeys(
  { request, entity, data }: Write,
  existing: readonly Existing[]
): { key: Key; row: object }[] {
  if (request.event === 'UPDATE' && existing.length)
    return existing.map(({ key }) => ({ key, row: data[0] ?? {} }))
  return data.map((row) => {
    const key = keyOf(entity, row)
    return key ? { key, row } : refuse(request, UNCHECKED, 'The new record has no key.')
  })
}

/** Every record has to fulfil it. One that is not there (handlers may write elsewhere) is judged by its data. */
async function everyRecord(
  { request, entity }: Write,
  ref: readonly Segment[],
  restrictions: readonly Restriction[],
  governing: Governing,
  row?: object
): Promise<void> {
  const facts = factsOf(request)
  const all = await count(ref)
  const allowed = await count(ref, permissionCondition(restrictions, governing, facts))
  if (allowed < all) {
    refuse(request, RESTRICTED, HIDDEN)
  }
  if (all || !row) return
  if (governing.path.length || !judgeData(restrictions, entity, row, facts))
    refuse(request, UNCHECKED, 'What is written can not be checked.')
}

import { isDeepStrictEqual } from 'node:util'

import { checkedRecord } from './check-record.js'
import type { Segment } from './condition.js'
import { count, inTransaction, type Key, keyOf, keysAt, read, recordAt } from './database.js'
import { conditional, type DeepPart, deepParts } from './deep-parts.js'
import { type EnforcedRequest, refuse } from './enforced-request.js'
import type { Row } from './evaluate-restriction.js'
import { type Governing, governingEntity } from './governing-entity.js'
import { judgeData } from './judge-data.js'
import { type Permission, permissionFor } from './permission.js'
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
  const existing = await existingKeys(write)
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

/** For records elsewhere. */
function checkData(write: Write): void {
  const { request, governing, parts, data } = write
  if (parts.length || governing.path.length) {
    refuse(request, UNCHECKED, 'Restrictions below, or above, a record of another service.')
  }
  for (const row of data) {
    if (judge(write, row, checkedRecord(request)) === undefined)
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

async function checkBefore(write: Write, existing: readonly Key[]): Promise<void> {
  const { request, entity, governing, restrictions, parts, data } = write
  if (!existing.length) for (const row of data) judge(write, row)
  for (const key of existing) {
    const record = recordAt(entity, key)
    if (request.event === 'UPSERT' && restrictions)
      await everyRecord(write, [record], restrictions, governing)
    if (restrictions) judge(write, writtenTo(write, key), await read([record]))
    for (const part of parts) {
      const ref = [record, ...part.path]
      for (const permission of part.before) await everyPart(write, ref, permission, part)
    }
  }
}

async function checkAfter(write: Write, existing: readonly Key[]): Promise<void> {
  const { entity, governing, restrictions, parts } = write
  for (const { key, row } of writtenKeys(write, existing)) {
    const record = recordAt(entity, key)
    if (restrictions) await everyRecord(write, [record], restrictions, governing, row)
    for (const part of parts) {
      const ref = [record, ...part.path]
      for (const permission of part.after) await everyPart(write, ref, permission, part)
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
  existing: readonly Key[]
): { key: Key; row: object }[] {
  if (request.event === 'UPDATE' && existing.length)
    return existing.map((key) => ({ key, row: data[0] ?? {} }))
  return data.map((row) => {
    const key = keyOf(entity, row)
    return key ? { key, row } : refuse(request, UNCHECKED, 'The new record has no key.')
  })
}

async function everyPart(
  write: Write,
  ref: readonly Segment[],
  permission: Permission,
  { governing }: DeepPart
): Promise<void> {
  const restrictions = conditional(permission)
  if (restrictions) await everyRecord(write, ref, restrictions, governing)
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

import { checkBelow, hasRestrictedPart } from './part.js'
import type { Segment } from '../condition/types.js'
import { count, isOneOf, type Key, readRows, recordsAt } from '../model/database.js'
import { compareDeep, type Level, readableColumns } from './compare-deep.js'
import { type EnforcedRequest, refuse } from '../request/request.js'
import { isRestricted } from '../model/governing.js'
import { permittedCondition, permittedOn, waysOfUser } from '../model/permitted.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { factsOf } from '../request/request.js'

/** Records that a write creates, changes and deletes below its own, by the compositions that it reaches. */
export type DeepWrite = readonly Level[]

/** True if the data has records, or takes them away, where restrictions of their own count for some. @internal */
export function reachesRestricted(entity: RestrictedDefinition, data: readonly object[]): boolean {
  return Object.entries(entity.compositions ?? {}).some(
    ([name, { _target }]) =>
      data.some((row) => (row as Key)[name] !== undefined) &&
      hasRestrictedPart(_target as RestrictedDefinition, true)
  )
}

/**
 * Compares the data with what is there. What is the same needs no permission.
 *
 * @param existing - keys of the records that are changed
 * @internal
 */
export async function deepWriteOf(
  entity: RestrictedDefinition,
  data: readonly object[],
  existing: readonly Key[]
): Promise<DeepWrite> {
  const columns = readableColumns(entity, data)
  const stored = existing.length ? await readRows([recordsAt(entity, existing)], columns) : []
  return compareDeep(entity, data, stored)
}

/** @internal */
export async function checkDeepBefore(request: EnforcedRequest, deep: DeepWrite): Promise<void> {
  for (const { entity, created, changed, deleted } of deep) {
    if (isRestricted(entity)) {
      if (created) await everyOne(request, entity, 'CREATE', [])
      await everyOne(request, entity, 'UPDATE', changed)
      await everyOne(request, entity, 'DELETE', deleted)
    }
    if (deleted.length && hasRestrictedPart(entity))
      await checkBelow(request, [recordsAt(entity, deleted)], entity)
  }
}

/** @param roots - the records that were written */
export async function checkDeepAfter(
  request: EnforcedRequest,
  root: RestrictedDefinition,
  deep: DeepWrite,
  roots: readonly Key[]
): Promise<void> {
  for (const { entity, path, created, changed, kept } of deep) {
    if (!isRestricted(entity)) continue
    if (created) await everyNew(request, entity, [recordsAt(root, roots), ...path], kept)
    const ways = waysOfUser(permittedOn(entity, 'UPDATE', request.user))
    if (ways) await everyOne(request, entity, 'UPDATE', changed)
  }
}

const RESTRICTED = 'ERR_WRITE_RESTRICTED'

/** Refuses the request unless all of the records are permitted; for none, if the roles of the user never permit it. */
async function everyOne(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  event: string,
  keys: readonly Key[]
): Promise<void> {
  if (!keys.length && event !== 'CREATE') return
  const permitted = permittedOn(entity, event, request.user)
  if (permitted === 'never')
    refuse(request, RESTRICTED, 'No role permits what is written below the record.', {
      entity,
      event
    })
  if (permitted === 'always' || !keys.length) return
  const allowed = await count(
    [recordsAt(entity, keys)],
    permittedCondition(permitted, factsOf(request))
  )
  if (allowed < keys.length) refuse(request, RESTRICTED, HIDDEN, { entity, event })
}

const HIDDEN = 'You would not be allowed to see, or may not change, what is below the record.'

/** Conditions without `$user` alone are about what was: there was nothing. */
async function everyNew(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  ref: readonly Segment[],
  kept: readonly Key[]
): Promise<void> {
  const ways = waysOfUser(permittedOn(entity, 'CREATE', request.user))
  if (!ways) return
  const fresh = kept.length ? { xpr: ['not', isOneOf(entity, kept)] } : undefined
  const all = await count(ref, fresh)
  if ((await count(ref, fresh, permittedCondition(ways, factsOf(request)))) < all)
    refuse(request, RESTRICTED, HIDDEN, { entity, event: 'CREATE' })
}

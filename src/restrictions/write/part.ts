import type { Segment, Token } from '../condition/types.js'
import { count } from '../model/database.js'
import type { Concern } from '../request/refusal.js'
import { type EnforcedRequest, refuse } from '../request/request.js'
import { governorsOf, isRestricted } from '../model/governing.js'
import { permittedCondition, permittedOn } from '../model/permitted.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { factsOf } from '../request/request.js'

/**
 * Checks parts of a restricted record that are changed, deleted or acted on. CAP looks at the restricted record only where
 * the path of the request goes through it, and for actions not at all: those need that the user may see it.
 *
 * @internal
 */
export async function checkPart(
  request: EnforcedRequest,
  entity: RestrictedDefinition
): Promise<void> {
  if (!governorsOf(entity).length) return
  const event = entity.actions?.[request.event] ? 'READ' : request.event
  const permitted = permittedOn(entity, event, request.user)
  if (permitted === 'always') return
  if (permitted === 'never')
    return refuse(request, RESTRICTED, 'No role permits this.', { entity, event })
  const condition = permittedCondition(permitted, factsOf(request))
  const ref = request.subject?.ref ?? [entity.name]
  await every(request, ref, condition, { entity, event }, whereOf(request))
}

const RESTRICTED = 'ERR_WRITE_RESTRICTED'

/**
 * Checks parts with restrictions of their own, which are deleted with a record: the user may delete all of them.
 *
 * @internal
 */
export async function checkDeletedParts(
  request: EnforcedRequest,
  entity: RestrictedDefinition
): Promise<void> {
  const ref = request.subject?.ref ?? [entity.name]
  if (hasRestrictedPart(entity)) await checkBelow(request, ref, entity, whereOf(request))
}

/**
 * Checks what is deleted below some records. It ends with the records: they are no circle, even if the model is one.
 *
 * @param ref - path of the records
 * @internal
 */
export async function checkBelow(
  request: EnforcedRequest,
  ref: readonly Segment[],
  entity: RestrictedDefinition,
  where?: readonly Token[]
): Promise<void> {
  const filtered = where?.length ? [...ref.slice(0, -1), narrowed(ref.at(-1) ?? '', where)] : ref
  for (const [name, { _target }] of Object.entries(entity.compositions ?? {})) {
    const part = _target as RestrictedDefinition | undefined
    if (!part || !hasRestrictedPart(part, true)) continue
    const below = [...filtered, name]
    if (!(await count(below))) continue
    const concern = { entity: part, event: 'DELETE' }
    if (isRestricted(part)) await every(request, below, conditionFor(request, part), concern)
    await checkBelow(request, below, part)
  }
}

function narrowed(segment: Segment, where: readonly Token[]): Segment {
  const { id, where: keys = [] } = typeof segment === 'string' ? { id: segment } : segment
  return { id, where: keys.length ? [{ xpr: keys }, 'and', { xpr: where }] : where }
}

function conditionFor(request: EnforcedRequest, part: RestrictedDefinition): Token | undefined {
  const permitted = permittedOn(part, 'DELETE', request.user)
  if (permitted === 'always') return undefined
  if (permitted === 'never')
    return refuse(request, RESTRICTED, 'No role permits to delete what is below the record.', {
      entity: part,
      event: 'DELETE'
    })
  return permittedCondition(permitted, factsOf(request))
}

/** Refuses the request unless the condition is true for all records that there are. */
async function every(
  request: EnforcedRequest,
  ref: readonly Segment[],
  condition: Token | undefined,
  concern: Concern,
  where: readonly Token[] = []
): Promise<void> {
  if (!condition) return
  const among: Token[] = where.length ? [{ xpr: where }] : []
  const all = await count(ref, ...among)
  if (all && (await count(ref, ...among, condition)) < all)
    refuse(request, RESTRICTED, 'You may not change this record.', concern)
}

function whereOf({ query }: EnforcedRequest): readonly Token[] {
  return query?.UPDATE?.where ?? query?.DELETE?.where ?? []
}

/** True if there are parts with restrictions of their own below an entity. @internal */
export function hasRestrictedPart(
  entity: RestrictedDefinition,
  itself = false,
  seen = new Set<RestrictedDefinition>()
): boolean {
  if (itself && isRestricted(entity)) return true
  if (seen.has(entity)) return false
  seen.add(entity)
  return Object.values(entity.compositions ?? {}).some(({ _target }) =>
    _target ? hasRestrictedPart(_target as RestrictedDefinition, true, seen) : false
  )
}

import type { Segment, Token } from '../condition/types.js'
import { type EnforcedRequest, refuse } from '../request/request.js'
import { governorsOf } from '../model/governing.js'
import { permittedCondition, permittedOn } from '../model/permitted.js'
import { inDatabase } from '../model/remote.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { factsOf } from '../request/request.js'

/**
 * The condition for records of an entity that a request reaches from another one, by `$expand` or a path, to be among those
 * that the user may read. None if all are. Without a role for it, or where nothing could be filtered, it is refused.
 *
 * @param from - the entity that the association belongs to
 * @param name - of the association, for the message
 * @internal
 */
export function reachableIf(
  request: EnforcedRequest,
  target: RestrictedDefinition,
  from: RestrictedDefinition,
  name: string
): Token | undefined {
  const permitted = permittedOn(target, 'READ', request.user)
  if (permitted === 'always') return undefined
  if (permitted === 'never' || !inDatabase(target) || !inDatabase(from)) {
    const concern = { entity: target, event: 'READ' }
    return refuse(request, 'ERR_EXPAND_RESTRICTED', `${name} can not be followed.`, concern)
  }
  return permittedCondition(permitted, factsOf(request))
}

/** True if an association leads to parts of records that are read already, under the same restrictions. @internal */
export function isOwnPart(
  target: RestrictedDefinition,
  from: RestrictedDefinition,
  name: string
): boolean {
  if (!Object.hasOwn(from.compositions ?? {}, name)) return false
  const above = governorsOf(from).map(({ entity }) => entity)
  return governorsOf(target).some(({ entity }) => entity === from || above.includes(entity))
}

/** Returns the condition for drafts to be edited by the user. @internal */
export function editedBy({ user }: EnforcedRequest): Token {
  const where: Token[] = [{ ref: ['InProcessByUser'] }, '=', { val: user.id }]
  return { xpr: ['exists', { ref: [{ id: 'DraftAdministrativeData', where }] }] }
}

/** True for the entity that says who edits a draft. @internal */
export function isOfEditors(entity: RestrictedDefinition | undefined): boolean {
  return entity?.name.endsWith('.DraftAdministrativeData') ?? false
}

/** A segment of a path that leads to records of a condition only. @internal */
export function withFilter(segment: Segment, condition: Token): Segment {
  const { where, ...others } = typeof segment === 'string' ? { id: segment } : segment
  return named({
    ...others,
    where: where?.length ? [{ xpr: where }, 'and', condition] : [condition]
  })
}

/** CAP joins segments to names, of columns for one. */
function named<T extends { readonly id: string }>(segment: T): T {
  return Object.defineProperty(segment, 'toString', { value: () => segment.id })
}

const settled = new WeakSet<object>()

/**
 * A segment that has all its filters. CAP takes it along when it looks for the record that a path goes through: what is in it
 * then is the model's, and no longer what a client asks for.
 *
 * @internal
 */
export function settle(segment: Segment): Segment {
  if (typeof segment === 'string') return segment
  const copy = named({ ...segment })
  settled.add(copy)
  return copy
}

/** @internal */
export function isSettled(segment: Segment): boolean {
  return typeof segment === 'object' && settled.has(segment)
}

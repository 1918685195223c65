import type { Segment, Token } from './condition.js'
import { type EnforcedRequest, refuse } from './enforced-request.js'
import { governingEntity } from './governing-entity.js'
import { permissionFor } from './permission.js'
import { permissionCondition } from './permission-condition.js'
import { inDatabase } from './remote-entity.js'
import type { RestrictedDefinition } from './restricted-definition.js'
import { factsOf } from './set-attributes.js'

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
  const governing = governingEntity(target)
  const permission = permissionFor(governing.entity, 'READ', request.user)
  if (permission === 'always') return undefined
  if (permission === 'never' || !inDatabase(target) || !inDatabase(from)) {
    return refuse(request, 'ERR_EXPAND_RESTRICTED', `${name} can not be followed.`)
  }
  return permissionCondition(permission, governing, factsOf(request))
}

/** Whether an association leads to parts of what is read already, under the same restrictions. @internal */
export function isOwnPart(
  target: RestrictedDefinition,
  from: RestrictedDefinition,
  name: string
): boolean {
  const { entity, path } = governingEntity(target)
  if (!path.length || entity !== governingEntity(from).entity) return false
  return Object.hasOwn(from.compositions ?? {}, name)
}

/** A segment of a path that leads to records of a condition only. @internal */
export function withFilter(segment: Segment, condition: Token): Segment {
  const { id, where } = typeof segment === 'string' ? { id: segment } : segment
  return { id, where: where?.length ? [{ xpr: where }, 'and', condition] : [condition] }
}

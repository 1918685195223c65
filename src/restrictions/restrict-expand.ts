import { type Column, type EnforcedRequest, refuse } from './enforced-request.js'
import { type Governing, governingEntity } from './governing-entity.js'
import { nameOf } from './mentions.js'
import { permissionFor } from './permission.js'
import { permissionCondition } from './permission-condition.js'
import { inDatabase } from './remote-entity.js'
import type { RestrictedDefinition, Restriction } from './restricted-definition.js'
import { factsOf } from './set-attributes.js'

/**
 * Restricts what `$expand` brings to what the user may read: the condition becomes a filter of the expanded association.
 *
 * @internal
 */
export function restrictExpand(request: EnforcedRequest, entity: RestrictedDefinition): void {
  restrict(request.query?.SELECT?.columns ?? [], entity, request)
}

function restrict(
  columns: readonly (Column | '*')[],
  entity: RestrictedDefinition,
  request: EnforcedRequest
): void {
  for (const column of columns) {
    if (column === '*' || !column.expand) continue
    const element = targetOf(column, entity)
    if (!element) continue
    restrictColumn(column, entity, element, request)
    restrict(column.expand, element, request)
  }
}

function restrictColumn(
  column: Column,
  entity: RestrictedDefinition,
  target: RestrictedDefinition,
  request: EnforcedRequest
): void {
  const governing = governingEntity(target)
  const own = governingEntity(entity)
  // a part of what is read already, under the same restrictions
  if (governing.path.length && governing.entity === own.entity && isComposition(column, entity))
    return
  const permission = permissionFor(governing.entity, 'READ', request.user)
  if (permission === 'always') return
  if (permission === 'never' || !inDatabase(target) || !inDatabase(entity)) {
    refuse(request, 'ERR_EXPAND_RESTRICTED', `${nameAt(column)} can not be expanded.`)
  }
  filter(column, permission, governing, request)
}

function filter(
  column: Column,
  restrictions: readonly Restriction[],
  governing: Governing,
  request: EnforcedRequest
): void {
  const condition = permissionCondition(restrictions, governing, factsOf(request))
  const segment = column.ref?.at(-1) ?? ''
  const where = typeof segment === 'object' ? segment.where : undefined
  const restricted = where?.length ? [{ xpr: where }, 'and', condition] : [condition]
  column.ref = [...(column.ref ?? []).slice(0, -1), { id: nameOf(segment), where: restricted }]
}

function targetOf({ ref }: Column, entity: RestrictedDefinition) {
  const name = ref?.map(nameOf).join('_') ?? ''
  const element = entity.elements?.[name]
  return element?._target as RestrictedDefinition | undefined
}

function isComposition(column: Column, entity: RestrictedDefinition): boolean {
  return Object.hasOwn(entity.compositions ?? {}, nameAt(column))
}

function nameAt({ ref }: Column): string {
  return ref?.map(nameOf).join('_') ?? ''
}

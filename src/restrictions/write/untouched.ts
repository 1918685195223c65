import type { Definition } from '../condition/element-type.js'
import { dependenciesOf } from '../model/dependencies.js'
import { tokensOf } from '../model/compiled.js'
import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { isOfUser } from '../model/permission.js'
import { storedElement } from '../model/stored-element.js'
import type { EnforcedRequest } from '../request/request.js'

/**
 * True if an UPDATE changes nothing that conditions of the user are about. What the records were, CAP has checked: they stay
 * that, or may become anything by a condition without `$user`.
 *
 * @internal
 */
export function leavesUntouched(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  restrictions: readonly Restriction[]
): boolean {
  if (request.event !== 'UPDATE' || Array.isArray(request.data)) return false
  const { with: expressions = {} } = request.query?.UPDATE ?? {}
  const names = Object.keys({ ...(request.data as object), ...expressions })
  if (!names.every((name) => isFlat(entity.elements?.[name]))) return false
  const changed = names.map((name) => storedElement(entity, name))
  return restrictions.filter(isOfUser).every(({ where }) => {
    const dependencies = dependenciesOf(tokensOf(where), entity)
    return dependencies && !changed.some((name) => name !== undefined && dependencies.has(name))
  })
}

/** True if it is known what a value is written to: a structure has elements, and an association can bring other records. */
function isFlat(element: Definition | undefined): boolean {
  return element !== undefined && !element.elements && !element._target
}

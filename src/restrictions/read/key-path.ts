import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import type { Segment, Token } from '../condition/types.js'
import { keyNames } from '../model/database.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'

/**
 * True if a path names its records: by keys, and by associations that lead from these to one record. Other filters would ask
 * about records.
 *
 * @internal
 */
export function isKeyPath(path: readonly Segment[], { definitions }: Model): boolean {
  let entity: RestrictedDefinition | undefined
  return path.every((segment, index) => {
    const name = nameOf(segment)
    const element = index ? entity?.elements?.[name] : undefined
    entity = (index ? element?._target : definitions[name]) as RestrictedDefinition | undefined
    const isLast = index === path.length - 1
    const where = typeof segment === 'string' ? [] : (segment.where ?? [])
    if (!where.length) return isLast || isOne(element) || Boolean(entity?.['@odata.singleton'])
    return entity !== undefined && isKey(where, entity, !index && !isLast)
  })
}

function isOne(association: (Definition & { readonly is2one?: boolean }) | undefined): boolean {
  return association?.is2one === true
}

/**
 * True if a filter compares elements of the key with values, and nothing else.
 *
 * @param isComplete - true if it has to have all of them
 * @internal
 */
export function isKey(
  where: readonly Token[],
  entity: RestrictedDefinition,
  isComplete: boolean
): boolean {
  const known = new Set(Object.keys(entity.keys ?? {}))
  const named = new Set<string>()
  for (let i = 0; i < where.length; i += 4) {
    const [left, operator, right, and = 'and'] = where.slice(i, i + 4)
    const [name = '', ...path] = typeof left === 'object' ? (left.ref ?? []) : []
    if (typeof name !== 'string' || path.length || !known.has(name)) return false
    const isValue = typeof right === 'object' && 'val' in right
    if (operator !== '=' || !isValue || and !== 'and') return false
    named.add(name)
  }
  return !isComplete || keyNames(entity).every((name) => named.has(name))
}

import { compiledCondition } from './compiled-condition.js'
import type { Token } from './condition.js'
import type { Governing } from './governing-entity.js'
import { resolveCondition } from './resolve-condition.js'
import type { Restriction } from './restricted-definition.js'
import type { UserFacts } from './user-value.js'

/**
 * The condition for a query: that of one of the restrictions is true, on the entity itself or on the one that it is a
 * part of.
 *
 * @internal
 */
export function permissionCondition(
  restrictions: readonly Restriction[],
  { path }: Governing,
  facts: UserFacts
): Token {
  const conditions = restrictions.map((restriction) => {
    const { tokens, attributes } = compiledCondition(restriction)
    return { xpr: resolveCondition(tokens, attributes, facts) }
  })
  const xpr = conditions.flatMap((condition, index) => (index ? ['or', condition] : [condition]))
  const last = path.at(-1)
  if (last === undefined) return { xpr }
  return { xpr: ['exists', { ref: [...path.slice(0, -1), { id: last, where: xpr }] }] }
}

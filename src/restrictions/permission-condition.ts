import { compiledCondition } from './compiled-condition.js'
import type { Token } from './condition.js'
import { resolveCondition } from './resolve-condition.js'
import type { Restriction } from './restricted-definition.js'
import type { UserFacts } from './user-value.js'

/** The condition for a query: that of one of the restrictions is true. @internal */
export function permissionCondition(restrictions: readonly Restriction[], facts: UserFacts): Token {
  const conditions = restrictions.map((restriction) => {
    const { tokens, attributes } = compiledCondition(restriction)
    return { xpr: resolveCondition(tokens, attributes, facts) }
  })
  const xpr = conditions.flatMap((condition, index) => (index ? ['or', condition] : [condition]))
  return { xpr }
}

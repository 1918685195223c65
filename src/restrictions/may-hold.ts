import { compiledCondition } from './compiled-condition.js'
import type { Condition } from './condition.js'
import { evaluate } from './evaluate-condition.js'
import { mentionsRow } from './mentions.js'
import { parseCondition } from './parse-condition.js'
import { resolveCondition } from './resolve-condition.js'
import type { Restriction } from './restricted-definition.js'
import type { UserFacts } from './user-value.js'

/**
 * Whether the condition of a restriction could be true for some record: not if it asks for a value that the user has not.
 *
 * @internal
 */
export function mayHold(restriction: Restriction, facts: UserFacts): boolean {
  const { tokens, attributes } = compiledCondition(restriction)
  return possible(parseCondition(resolveCondition(tokens, attributes, facts)), facts)
}

function possible(condition: Condition, facts: UserFacts): boolean {
  if (!mentionsRow(condition.tokens)) return evaluate(condition, { facts }) === true
  if (condition.kind === 'and') return condition.parts.every((part) => possible(part, facts))
  if (condition.kind === 'or') return condition.parts.some((part) => possible(part, facts))
  return true
}

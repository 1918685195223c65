import { mentionsRow, mentionsUser } from '../mentions.js'
import { matchUser } from './comparison.js'
import type { Operand, Token } from '../types.js'
import { UnsafeCondition } from '../unsafe.js'
import { sourceOf } from '../user-value.js'
import { isPatternKind, type PatternKind } from '../patterns/text-pattern.js'
import type { Scope } from './scope.js'

/** A function with a pattern of the user as a condition. @internal */
export function normalizePredicate(
  [token, ...more]: Operand,
  expected: boolean,
  scope: Scope
): Token[] {
  const { func = '', args = [] } = typeof token === 'object' ? token : {}
  const kind = func.toLowerCase()
  if (more.length || !isPatternKind(kind) || kind === 'like' || !args[0] || !args[1]) {
    throw new UnsafeCondition(
      `${func ? `${func}()` : 'an expression'} with $user as a condition`,
      'use startswith, endswith or contains, with $user.<attribute> as the second argument'
    )
  }
  return normalizePattern({ value: [args[0]], kind, pattern: [args[1]] }, expected, scope)
}

/** A comparison of a text with a pattern. */
interface Match {
  readonly kind: PatternKind
  readonly value: Operand
  readonly pattern: Operand
  readonly escape?: string | undefined
}

/** Texts of the row that patterns of the user match, or that none of them does. @internal */
export function normalizePattern(
  { kind, value, pattern: user, escape }: Match,
  expected: boolean,
  scope: Scope
): Token[] {
  if (mentionsUser(value) || mentionsRow(user)) {
    throw new UnsafeCondition(
      `$user as the text of ${kind}, and an element as the pattern`,
      'the other way round: the element first, $user.<attribute> as the pattern'
    )
  }
  if (scope.remote) {
    throw new UnsafeCondition(
      `${kind} on a remote entity`,
      'compare with =, !=, <, <=, >, >= or in; OData has no pattern that may have several values'
    )
  }
  const [source, entity] = [sourceOf(user), scope.entity?.name]
  return matchUser({ source, kind, escape, operand: value, entity }, expected, scope.reference)
}

import { tokensOf } from './compiled.js'
import type { Condition, Operand, Token } from '../condition/types.js'
import { typeOfOperand } from '../condition/element-type.js'
import { evaluate, type Situation } from '../condition/evaluate.js'
import { parseCondition } from '../condition/parse.js'
import type { RestrictedDefinition, Restriction } from './definition.js'
import { UnsafeCondition } from '../condition/unsafe.js'
import type { UserFacts } from '../condition/user-value.js'

/** Values of a record, by name of the element. */
export type Row = Readonly<Record<string, unknown>>

/**
 * True if a record may be touched: the condition of one restriction is true for it. What can't be evaluated without a
 * database, is not true.
 *
 * @internal
 */
export function isPermitted(
  restrictions: readonly Restriction[],
  entity: RestrictedDefinition,
  row: Row,
  facts: UserFacts
): boolean {
  return permits(restrictions, entity, facts)(row)
}

/** Returns the check of {@link isPermitted} for many records. @internal */
export function permits(
  restrictions: readonly Restriction[],
  entity: RestrictedDefinition,
  facts: UserFacts
): (row: Row) => boolean {
  const conditions = restrictions.flatMap(({ where }) => parsed(where))
  return (row) =>
    conditions.some((condition) => {
      try {
        return evaluate(condition, situation(entity, row, facts)) === true
      } catch (error) {
        if (error instanceof UnsafeCondition) return false
        throw error
      }
    })
}

function parsed(where: Restriction['where']): Condition[] {
  try {
    return [parseCondition(tokensOf(where))]
  } catch (error) {
    if (error instanceof UnsafeCondition) return []
    throw error
  }
}

/**
 * Checks that a condition can be evaluated for a record in memory.
 *
 * @throws {@link UnsafeCondition} if it needs a database
 * @internal
 */
export function assertEvaluable(tokens: readonly Token[], entity: RestrictedDefinition): void {
  const nobody: UserFacts = { id: undefined, tenant: undefined, attr: {} }
  evaluate(parseCondition(tokens), situation(entity, {}, nobody))
}

function situation(entity: RestrictedDefinition, row: Row, facts: UserFacts): Situation {
  return { facts, row, typeOf: (operand: Operand) => typeOfOperand(operand, entity) }
}

import cds from '@sap/cds'

import type { Expression, Token } from '../condition/types.js'
import type { DerivedAttribute } from '../condition/derived.js'
import type { Restriction } from './definition.js'

/** The normal form of a restriction's condition. */
export interface CompiledCondition {
  readonly tokens: readonly Token[]
  /** Derived attributes by the names that the condition has for them. */
  readonly attributes: ReadonlyMap<string, DerivedAttribute>
  /** Comparisons in it of elements of different entities. */
  readonly joins?: readonly string[]
}

const compiled = new WeakMap<Restriction, CompiledCondition>()

/** @internal */
export function remember(restriction: Restriction, condition: CompiledCondition): void {
  compiled.set(restriction, condition)
}

/** The normal form, or what is written if that has nothing of the user. @internal */
export function compiledCondition(restriction: Restriction): CompiledCondition {
  const known = compiled.get(restriction)
  return known ?? { tokens: tokensOf(restriction.where), attributes: new Map() }
}

/** The condition of a restriction, however it is written. @internal */
export function tokensOf(where: Restriction['where']): readonly Token[] {
  if (!where) return []
  if (Array.isArray(where)) return where as Token[]
  const expression = (typeof where === 'string' ? cds.parse.expr(where) : where) as Expression
  return expression.xpr ?? [expression]
}

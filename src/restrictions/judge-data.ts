import { tokensOf } from './compiled-condition.js'
import type { Token } from './condition.js'
import type { Definition } from './element-type.js'
import { assertEvaluable, isPermitted, type Row } from './evaluate-restriction.js'
import { rowPaths } from './mentions.js'
import type { RestrictedDefinition, Restriction } from './restricted-definition.js'
import { UnsafeCondition } from './unsafe-condition.js'
import type { UserFacts } from './user-value.js'

/** What is read of an element besides its type. */
interface Element extends Definition {
  readonly default?: { readonly val?: unknown }
  readonly value?: unknown
  readonly virtual?: boolean
}

/**
 * Whether data may be written, as far as it can be said without a database: `undefined` if the conditions need one, as for
 * paths, calculated elements and defaults.
 *
 * @param existing - the record that is changed; none for a new one
 * @internal
 */
export function judgeData(
  restrictions: readonly Restriction[],
  entity: RestrictedDefinition,
  data: object,
  facts: UserFacts,
  existing?: Row
): boolean | undefined {
  const row = { ...(existing ?? defaultsOf(entity)), ...data }
  const conditions = restrictions.map(({ where }) => tokensOf(where))
  if (!conditions.every((tokens) => isInData(tokens, entity))) return undefined
  return isPermitted(restrictions, entity, row, facts)
}

function isInData(tokens: readonly Token[], entity: RestrictedDefinition): boolean {
  try {
    assertEvaluable(tokens, entity)
  } catch (error) {
    if (error instanceof UnsafeCondition) return false
    throw error
  }
  return rowPaths(tokens).every(([name = '']) => isStored(entity.elements?.[name]))
}

function isStored(element: Element | undefined): boolean {
  if (!element || element.virtual || element.value) return false
  return !element.default || 'val' in element.default
}

function defaultsOf({ elements = {} }: RestrictedDefinition): Row {
  const values = Object.entries(elements).map(([name, element]: [string, Element]) => [
    name,
    element.default?.val ?? null
  ])
  return Object.fromEntries(values) as Row
}

import { tokensOf } from '../model/compiled.js'
import type { Token } from '../condition/types.js'
import type { Definition } from '../condition/element-type.js'
import { assertEvaluable, permits, type Row } from '../model/evaluate-restriction.js'
import { rowPaths } from '../condition/mentions.js'
import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { UnsafeCondition } from '../condition/unsafe.js'
import type { UserFacts } from '../condition/user-value.js'

/** Element with the members that are read here besides its type. */
interface Element extends Definition {
  readonly default?: { readonly val?: unknown }
  readonly value?: unknown
  readonly virtual?: boolean
}

/** Says whether data may be written: `undefined` if only a database can say it. The record is the one that is changed. */
export type Judge = (data: object, existing?: Row) => boolean | undefined

/** Says it as far as it can be said without a database: not for paths, calculated elements and defaults. @internal */
export function judgeOf(
  restrictions: readonly Restriction[],
  entity: RestrictedDefinition,
  facts: UserFacts
): Judge {
  const conditions = restrictions.map(({ where }) => tokensOf(where))
  if (!conditions.every((tokens) => isInData(tokens, entity))) return () => undefined
  const names = namesIn(conditions)
  const permitted = permits(restrictions, entity, facts)
  const defaults = defaultsOf(entity)
  const verdicts = new Map<string, boolean>()
  return (data, existing) => {
    const row: Row = { ...(existing ?? defaults), ...data }
    const key = JSON.stringify(names.map((name) => row[name]))
    const verdict = verdicts.get(key) ?? permitted(row)
    verdicts.set(key, verdict)
    return verdict
  }
}

/** The stored elements that the conditions are about, if data can be judged by them. @internal */
export function judgedElements(
  restrictions: readonly Restriction[],
  entity: RestrictedDefinition
): string[] {
  const conditions = restrictions.map(({ where }) => tokensOf(where))
  if (!conditions.every((tokens) => isInData(tokens, entity))) return []
  return namesIn(conditions).filter((name) => !entity.elements?.[name]?._target)
}

function namesIn(conditions: readonly (readonly Token[])[]): string[] {
  return [
    ...new Set(conditions.flatMap((tokens) => rowPaths(tokens)).flatMap(([name]) => name ?? []))
  ]
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

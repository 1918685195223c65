import { tokensOf } from '../model/compiled.js'
import type { Token } from '../condition/types.js'
import type { Definition } from '../condition/element-type.js'
import { assertEvaluable, permits, type Row } from '../model/evaluate-restriction.js'
import { rowPaths } from '../condition/mentions.js'
import { inDatabase } from '../model/remote.js'
import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { UnsafeCondition } from '../condition/unsafe.js'
import type { UserFacts } from '../condition/user-value.js'

/** Element with the members that are read here besides its type. */
interface Element extends Definition {
  readonly default?: { readonly val?: unknown }
  readonly value?: unknown
  readonly virtual?: boolean
  readonly '@cds.on.insert'?: unknown
  readonly '@cds.on.update'?: unknown
}

/** Says whether data may be written: `undefined` if only a database can say it. The record is the one that is changed. */
export type Judge = (data: object, existing?: Row) => boolean | undefined

/**
 * Says it as far as it can be said without a database: not for paths, calculated elements and defaults, and not for values that
 * are set when the data is written.
 *
 * @internal
 */
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
    if (names.some((name) => isSetLater(name, entity, data, existing))) return undefined
    const ofUser = names
      .filter((name) => isManaged(name, entity, data, existing))
      .map((name) => [name, facts.id])
    const row: Row = { ...(existing ?? defaults), ...data, ...(Object.fromEntries(ofUser) as Row) }
    const key = JSON.stringify(names.map((name) => row[name]))
    const verdict = verdicts.get(key) ?? permitted(row)
    verdicts.set(key, verdict)
    return verdict
  }
}

/** True for an element without a value in the data that gets one which is not known here: from a part of the data, or in the database. */
function isSetLater(
  name: string,
  entity: RestrictedDefinition,
  data: object,
  existing: Row | undefined
): boolean {
  const isOfUser = managedBy(name, entity, existing).every((value) => USER.includes(value))
  return (isManaged(name, entity, data, existing) && !isOfUser) || isWithin(name, entity, data)
}

/** Values of `@cds.on.insert` and `@cds.on.update` that are the id of the user. */
const USER: readonly unknown[] = ['$user', '$user.id']

/** True for an element without a value in the data that the database sets. Nobody sets these for records elsewhere. */
function isManaged(
  name: string,
  entity: RestrictedDefinition,
  data: object,
  existing: Row | undefined
): boolean {
  const isSet = managedBy(name, entity, existing).length > 0
  return isSet && (data as Row)[name] === undefined && inDatabase(entity)
}

/** Returns the expressions of `@cds.on.update`, and for a new record also of `@cds.on.insert`. */
function managedBy(
  name: string,
  { elements }: RestrictedDefinition,
  existing: Row | undefined
): unknown[] {
  const element: Element = elements?.[name] ?? {}
  const values = [element['@cds.on.update'], existing ? undefined : element['@cds.on.insert']]
  return values
    .filter((value) => value !== undefined && value !== null)
    .map((value) => (value as { '='?: unknown })['='])
}

/** True if the data has the record of an association, or the structure, that an element without a value is a part of. @internal */
export function isWithin(name: string, entity: RestrictedDefinition, data: object): boolean {
  if ((data as Row)[name] !== undefined) return false
  return Object.entries(data).some(([key, value]: [string, unknown]) => {
    if (!name.startsWith(`${key}_`) || value === undefined) return false
    return value === null ? Boolean(entity.elements?.[key]?._target) : typeof value === 'object'
  })
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

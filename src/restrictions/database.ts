import cds from '@sap/cds'

import type { Segment, Token } from './condition.js'
import type { RestrictedDefinition } from './restricted-definition.js'

/** Values of a key, by name of the element. */
export type Key = Readonly<Record<string, unknown>>

/** How many records there are for which the conditions are true, in the transaction of the current request. @internal */
export async function count(
  ref: readonly Segment[],
  ...conditions: readonly (Token | undefined)[]
): Promise<number> {
  const columns = [{ func: 'count', args: ['*'], as: 'n' }]
  const all = conditions.flatMap((condition) => (condition ? ['and', condition] : []))
  const where = all.length > 0 && { where: all.slice(1) }
  const query = { SELECT: { one: true, from: { ref }, columns, ...where } }
  const { n } = (await cds.run(query as never)) as { n: number }
  return n
}

/** The keys of the records that a query is about. @internal */
export async function keysAt(
  entity: RestrictedDefinition,
  ref: readonly Segment[],
  where?: readonly Token[]
): Promise<Key[]> {
  const columns = keyNames(entity).map((name) => ({ ref: [name] }))
  const query = { SELECT: { from: { ref }, columns, ...(where?.length && { where }) } }
  return (await cds.run(query as never)) as Key[]
}

/** A record with all its elements. @internal */
export async function read(ref: readonly Segment[]): Promise<Key | undefined> {
  const query = { SELECT: { one: true, from: { ref } } }
  return ((await cds.run(query as never)) as Key | null) ?? undefined
}

/** Does the work in the current transaction, or in one of its own, so that a refusal takes it back. @internal */
export async function inTransaction<T>(context: object, work: () => Promise<T>): Promise<T> {
  const { context: current } = cds as unknown as { context?: { tx?: unknown } }
  if (current?.tx) return work()
  return (cds.tx as unknown as (context: object, work: () => Promise<T>) => Promise<T>)(
    context,
    work
  )
}

/** The key in the data of a new record, if it is complete. @internal */
export function keyOf(entity: RestrictedDefinition, data: object): Key | undefined {
  const names = keyNames(entity)
  const values = names.map((name) => (data as Record<string, unknown>)[name])
  if (!names.length || values.some((value) => value === undefined || value === null))
    return undefined
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

/** The path of one record. @internal */
export function recordAt({ name }: RestrictedDefinition, key: Key): Segment {
  const where = Object.entries(key).flatMap(([element, val], index): Token[] => [
    ...(index ? ['and'] : []),
    { ref: [element] },
    '=',
    { val }
  ])
  return { id: name, where }
}

function keyNames({ keys = {} }: RestrictedDefinition): string[] {
  return Object.entries(keys)
    .filter(([name, element]) => !element._target && name !== 'IsActiveEntity')
    .map(([name]) => name)
}

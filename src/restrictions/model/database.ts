import { cap } from '../../cap.js'
import type { Operand, Segment, Token } from '../condition/types.js'
import type { RestrictedDefinition } from './definition.js'

/** Values of a key, by name of the element. */
export type Key = Readonly<Record<string, unknown>>

/** A column of a record, or of those that it is composed of. */
export interface ReadColumn {
  readonly ref: readonly string[]
  readonly expand?: readonly ReadColumn[]
}

/** Counts the records for which the conditions are true, in the transaction of the current request. @internal */
export async function count(
  ref: readonly Segment[],
  ...conditions: readonly (Token | undefined)[]
): Promise<number> {
  const columns = [{ func: 'count', args: ['*'], as: 'n' }]
  const all = conditions.flatMap((condition) => (condition ? ['and', condition] : []))
  const where = all.length > 0 && { where: all.slice(1) }
  const query = { SELECT: { one: true, from: { ref }, columns, ...where } }
  const { n } = (await cap.run(query)) as { n: number }
  return n
}

/** Columns of the records that a query is about. @internal */
export async function readRows(
  ref: readonly Segment[],
  columns: readonly ReadColumn[],
  where?: readonly Token[],
  options: { readonly distinct?: boolean } = {}
): Promise<Key[]> {
  const query = { SELECT: { ...options, from: { ref }, columns, ...(where?.length && { where }) } }
  return (await cap.run(query)) as Key[]
}

/** Every text that an operand has for one of the records. @internal */
export async function distinctTexts(entity: string, operand: Operand): Promise<string[]> {
  const [only] = operand
  const column = operand.length === 1 && typeof only === 'object' ? only : { xpr: operand }
  const columns = [{ ...column, as: 'text' }]
  const where = [column, '!=', { val: null }]
  const query = { SELECT: { distinct: true, from: { ref: [entity] }, columns, where } }
  return ((await cap.run(query)) as { text: string }[]).map(({ text }) => text)
}

/** Does the work in the current transaction, or in one of its own, so that a refusal takes it back. @internal */
export async function inTransaction<T>(context: object, work: () => Promise<T>): Promise<T> {
  if (cap.context?.tx) return work()
  return cap.tx(context, work)
}

/** The key in the data of a record, if it is complete. @internal */
export function keyOf(entity: RestrictedDefinition, data: object): Key | undefined {
  const names = keyNames(entity)
  const values = names.map((name) => (data as Record<string, unknown>)[name])
  if (!names.length || values.some((value) => value === undefined || value === null))
    return undefined
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

/** Compares keys of one entity. @internal */
export function textOfKey(entity: RestrictedDefinition, key: object): string {
  return JSON.stringify(keyNames(entity).map((name) => (key as Key)[name]))
}

/** The path of the records that have one of the keys. @internal */
export function recordsAt(entity: RestrictedDefinition, keys: readonly Key[]): Segment {
  return { id: entity.name, where: [isOneOf(entity, keys)] }
}

/** The condition for records to have one of the keys. @internal */
export function isOneOf(entity: RestrictedDefinition, keys: readonly Key[]): Token {
  const names = keyNames(entity)
  const [name, ...more] = names
  if (name === undefined) return anyOf([])
  if (more.length) return anyOf(keys.map((key) => hasKey(names, key)))
  const list = keys.map((key) => ({ val: key[name] }))
  return { xpr: [{ ref: [name] }, 'in', { list }] }
}

function hasKey(names: readonly string[], key: Key): Token {
  const xpr = names.flatMap((name): Token[] => ['and', { ref: [name] }, '=', { val: key[name] }])
  return { xpr: xpr.slice(1) }
}

/** Joins conditions by `or` as a balanced tree: databases limit the depth of an expression. */
function anyOf(conditions: readonly Token[]): Token {
  const [first = { xpr: [{ val: 1 }, '=', { val: 2 }] }, ...more] = conditions
  if (!more.length) return first
  const middle = Math.ceil(conditions.length / 2)
  return { xpr: [anyOf(conditions.slice(0, middle)), 'or', anyOf(conditions.slice(middle))] }
}

/** Names of the elements that identify a record of the database. @internal */
export function keyNames({ keys }: RestrictedDefinition): string[] {
  return Object.entries(keys ?? {})
    .filter(([name, element]) => !element._target && name !== 'IsActiveEntity')
    .map(([name]) => name)
}

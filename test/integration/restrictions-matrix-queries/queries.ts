import { fc } from '../../support/generated-inputs.js'
import {
  comparisonOf,
  condition,
  path,
  pathIn,
  type Scope,
  shapeOf,
  some,
  type Token,
  value
} from './paths.js'
import { EXPOSED, isKeyName } from './world.js'

/** A query in whose names `@` stands for a service. */
export interface Query {
  readonly SELECT: Select
}

interface Select {
  readonly from: object
  readonly columns?: readonly Token[]
  readonly orderBy?: readonly object[]
  readonly [clause: string]: unknown
}

/** Where a query begins, and the names that its paths may have in front. */
interface Source extends Scope {
  readonly from: object
}

/** Names, of which some are also those of associations or elements. */
export const ALIASES = ['p', 'q', 'x', 'y', 'row', 'owner', 'country', 'Links']

const alias = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: some(ALIASES) }
)

const source: fc.Arbitrary<Source> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: ofEntity() }, { weight: 2, arbitrary: ofPath() }),
    fc.nat(15)
  )
  .map(([from, n]) => (n ? from : { ...from, prefixes: [...from.prefixes, '$main'] }))

const sourceWithSubqueries = source.map((from): Source => ({ ...from, subqueries: true }))

function ofEntity(): fc.Arbitrary<Source> {
  const entity = fc.oneof(some(EXPOSED), some(['Links', 'Rows']))
  return fc.tuple(entity, alias).map(([name, as]) => sourceOf([`@${name}`], name, as))
}

function sourceOf(ref: Token[], entity: string, as?: string): Source {
  const prefixes = as === undefined ? [] : [as]
  return { from: { ref, ...(as !== undefined && { as }) }, entity, prefixes }
}

/** Records that others lead to, one of them or all. */
function ofPath(): fc.Arbitrary<Source> {
  return some(EXPOSED).chain((name) =>
    fc
      .tuple(some(Object.entries(associationsOf(name))), keyOf(name), fc.boolean(), alias)
      .map(([[association, target], where, isOne, as]) => {
        const first = isOne ? { id: `@${name}`, where } : `@${name}`
        return sourceOf([first, association], target, as)
      })
  )
}

function associationsOf(entity: string): Readonly<Record<string, string>> {
  const { toOne, toMany } = shapeOf(entity)
  return { ...toOne, ...toMany }
}

/** The key of one of the first records. */
function keyOf(entity: string): fc.Arbitrary<Token[]> {
  const isOf = (name: string, val: number): Token[] => [{ ref: [name] }, '=', { val }]
  return some([1, 2, 3, 4]).map((number) =>
    shapeOf(entity).key.flatMap((name, index) =>
      index ? ['and', ...isOf(name, 1)] : isOf(name, number)
    )
  )
}

/** A query for the columns of records. */
const recordsOf = (source: fc.Arbitrary<Source>): fc.Arbitrary<Query> =>
  source.chain((from) =>
    fc
      .record(
        {
          columns: fc.array(column(from), { minLength: 1, maxLength: 4 }),
          where: condition(from),
          orderBy: fc.array(order(from), { minLength: 1, maxLength: 2 }),
          distinct: fc.constant(true)
        },
        { requiredKeys: [] }
      )
      .map(({ columns = [], distinct, ...clauses }) => {
        const all = [...named(columns), ...keys(from)]
        const isDistinct = distinct && !JSON.stringify(all).includes('expand')
        return {
          SELECT: { from: from.from, columns: all, ...clauses, ...(isDistinct && { distinct }) }
        }
      })
  )

const keys = ({ entity }: Scope) =>
  shapeOf(entity).key.map((name) => ({ ref: [name], as: `k_${name}` }))

/** Columns with names that are not those of others. */
function named(columns: readonly object[]): object[] {
  const isNested = (each: object) => 'expand' in each || 'inline' in each
  const refOf = (each: object) => JSON.stringify((each as { ref?: unknown }).ref)
  const nested = new Map(columns.filter(isNested).map((each) => [refOf(each), each]))
  return columns.flatMap((each, index) => {
    if (!isNested(each)) return { ...each, as: `c${String(index)}` }
    return [...nested.values()].includes(each) ? each : []
  })
}

function order(scope: Scope): fc.Arbitrary<object> {
  return fc
    .tuple(pathIn(scope), some(['asc', 'desc']))
    .map(([{ ref }, sort]): object => ({ ref, sort }))
}

function column(scope: Scope): fc.Arbitrary<object> {
  const plain = pathIn(scope).map(({ ref }): object => ({ ref }))
  const calculated = pathIn(scope, 2, 'text').map(({ ref }): object => ({
    func: 'coalesce',
    args: [{ ref }, { val: '-' }]
  }))
  const sum = pathIn(scope, 2, 'integer').map(({ ref }): object => ({
    xpr: [{ ref }, '+', { val: 1 }]
  }))
  const decided = fc
    .tuple(condition(scope, 0), pathIn(scope, 1))
    .map(([when, { ref }]): object => ({
      xpr: ['case', 'when', ...when, 'then', { ref }, 'end']
    }))
  return fc.oneof(
    { weight: 5, arbitrary: plain },
    calculated,
    sum,
    decided,
    { weight: 4, arbitrary: expanded(scope, 2) },
    { weight: 1, arbitrary: inlined(scope) }
  )
}

/** Records that an association leads to, with columns of their own. */
function expanded(scope: Scope, depth: number): fc.Arbitrary<object> {
  const { toMany } = shapeOf(scope.entity)
  const others = Object.entries(associationsOf(scope.entity))
  if (!others.length) return path(scope.entity, 0).map(({ ref }): object => ({ ref }))
  return some(others).chain(([name, target]) => {
    const inner = { entity: target, prefixes: [] }
    const columns = fc
      .array(depth > 1 ? expanded(inner, depth - 1) : fc.constant({}), { maxLength: 1 })
      .map((more) => ['*', ...more.filter((each) => Object.keys(each).length)])
    const options = name in toMany ? { where: condition(inner, 1) } : {}
    return fc
      .tuple(columns, fc.record(options, { requiredKeys: [] }))
      .map(([expand, clauses]) => ({ ref: [name], expand, ...clauses }))
  })
}

function prefixOf({ prefixes }: Scope): fc.Arbitrary<string[]> {
  return prefixes.length ? some([[], [prefixes[0]!]]) : fc.constant([])
}

function inlined(scope: Scope): fc.Arbitrary<object> {
  const others = Object.entries(shapeOf(scope.entity).toOne)
  if (!others.length) return path(scope.entity, 0).map(({ ref }): object => ({ ref }))
  return some(others).chain(([name, target]) =>
    fc
      .tuple(path(target, 1), prefixOf(scope))
      .map(([{ ref }, prefix]) => ({ ref: [...prefix, name], inline: [{ ref }] }))
  )
}

/** A query for groups of records, and what they have together. */
const groupsOf = (source: fc.Arbitrary<Source>): fc.Arbitrary<Query> =>
  source.chain((from) =>
    fc
      .record({
        by: fc.array(pathIn(from), { minLength: 0, maxLength: 2 }),
        of: pathIn(from, 2, 'integer'),
        func: some(['max', 'min', 'sum', 'count', 'countdistinct']),
        where: fc.option(condition(from), { nil: undefined }),
        limit: fc.option(value('integer'), { nil: undefined })
      })
      .map(({ by, of: { ref }, func, where, limit }) => {
        const aggregate = { func, args: [{ ref }] }
        const columns = [
          ...by.map((each, index) => ({ ref: each.ref, as: `c${String(index)}` })),
          { func: 'count', args: ['*'], as: 'n' },
          { ...aggregate, as: 'a' }
        ]
        const clauses = {
          ...(by.length && { groupBy: by.map((each) => ({ ref: each.ref })) }),
          ...(where && { where }),
          ...(limit && { having: [aggregate, '>', limit] })
        }
        return { SELECT: { from: from.from, columns, ...clauses } }
      })
  )

/** A query on the columns of another one. */
const nested: fc.Arbitrary<Query> = source.chain((from) => {
  const { elements, toOne } = shapeOf(from.entity)
  const links = Object.keys(toOne)
  return fc
    .record({
      inner: fc.option(condition(from), { nil: undefined }),
      as: some(ALIASES.slice(0, 5)),
      renamed: fc.boolean(),
      paths: fc.array(pathIn(from, 2), { maxLength: 2 }),
      outer: fc.array(pathIn({ entity: from.entity, prefixes: [] }, 3), {
        minLength: 1,
        maxLength: 3
      }),
      where: fc.option(path(from.entity, 0).chain(comparisonOf), { nil: undefined }),
      isPrefixed: fc.boolean()
    })
    .map(({ inner, as, renamed, paths, outer, where, isPrefixed }) => {
      const nameOf = (name: string) => (renamed && links.includes(name) ? `my_${name}` : name)
      const columns = [
        ...[...Object.keys(elements), ...links].map((name) => ({
          ref: [name],
          ...(nameOf(name) !== name && { as: nameOf(name) })
        })),
        ...paths.map(({ ref }, index) => ({ ref, as: `i${String(index)}` }))
      ]
      const own = outer.map(({ ref: [first = '', ...rest] }) => [
        ...(isPrefixed ? [as] : []),
        typeof first === 'string' ? nameOf(first) : first,
        ...rest
      ])
      const all = [...own, ...paths.map((_, index) => [`i${String(index)}`])]
      const within = { SELECT: { from: from.from, columns, ...(inner && { where: inner }) }, as }
      return {
        SELECT: {
          from: within,
          columns: all.map((ref, index) => ({ ref, as: `c${String(index)}` })),
          ...(where && { where })
        }
      }
    })
})

/** Queries of all kinds with subqueries in their conditions, which clients may send. */
export const queryWithSubqueries: fc.Arbitrary<Query> = fc
  .oneof(
    { weight: 1, arbitrary: recordsOf(sourceWithSubqueries) },
    { weight: 1, arbitrary: groupsOf(sourceWithSubqueries) }
  )
  .filter((each) => !mixesKeys(each))

/** Queries of all kinds. */
export const query: fc.Arbitrary<Query> = fc
  .oneof(
    { weight: 5, arbitrary: recordsOf(source) },
    { weight: 2, arbitrary: groupsOf(source) },
    { weight: 2, arbitrary: nested }
  )
  .filter((each) => !mixesKeys(each))

/**
 * True if paths lead to the key of a record and to something else of it. CAP takes the key from the same join then, and from the
 * foreign key otherwise: where there is no record, it is null in the one case and not in the other.
 */
function mixesKeys(query: Query): boolean {
  const [keys, others] = [new Set<string>(), new Set<string>()]
  JSON.stringify(query, (name, value: unknown) => {
    if (name !== 'ref' || !Array.isArray(value)) return value
    const names = (value as (string | { id: string })[]).map((each) =>
      typeof each === 'string' ? each : each.id
    )
    names.slice(0, -1).forEach((each, index) => {
      const isKey = index === names.length - 2 && isKeyName(names[index + 1]!)
      ;(isKey ? keys : others).add(each)
    })
    return value
  })
  return [...keys].some((each) => others.has(each))
}

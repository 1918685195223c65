import { fc } from '../../support/generated-inputs.js'
import { EXPOSED, type Shape, SHAPES, type Type } from './world.js'

/** A token of CQN, as JSON. */
export type Token = string | object

/** What paths can begin with. */
export interface Scope {
  readonly entity: string
  /** Names of the query. */
  readonly prefixes: readonly string[]
  /** True if conditions may have queries of their own. */
  readonly subqueries?: boolean
}

/** A path, and the type of its end. */
export interface Path {
  readonly ref: readonly Token[]
  readonly type: Type
}

export const shapeOf = (entity: string): Shape => SHAPES[entity]!

export const some = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)

const VALUES: Record<Type, readonly unknown[]> = {
  text: ['DE', 'FR', 'US', '', 'part 1', 'part 2', 'sub 10', 'sub 20', 'to 1', '5'],
  integer: [0, 1, 2, 3, 4, 5, 7, 10, 20],
  flag: [true, false],
  date: ['2024-01-01', '2025-06-30', '2026-12-31']
}

/** A constant for something of that type. */
export const value = (type: Type): fc.Arbitrary<object> =>
  some(VALUES[type]).map((val) => ({ val }))

/** A path to an element of an entity, through up to so many others. */
export function path(entity: string, depth: number, wanted?: Type): fc.Arbitrary<Path> {
  const { elements, toOne } = shapeOf(entity)
  const own = Object.entries(elements).filter(([, type]) => !wanted || type === wanted)
  const element = own.length ? [some(own).map(([name, type]): Path => ({ ref: [name], type }))] : []
  const others = Object.entries(toOne)
  if (!depth || !others.length) return element[0] ?? path(entity, 1, wanted)
  const followed = some(others).chain(([name, target]) =>
    fc
      .tuple(segment(name, target, depth), path(target, depth - 1, wanted))
      .map(([first, { ref, type }]): Path => ({ ref: [first, ...ref], type }))
  )
  return fc.oneof(...element.map((each) => ({ weight: 2, arbitrary: each })), {
    weight: 3,
    arbitrary: followed
  })
}

/** The name of an association, sometimes with a filter. */
function segment(name: string, target: string, depth: number): fc.Arbitrary<Token> {
  const filter = path(target, 0).chain(comparisonOf)
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(name as Token) },
    { weight: depth > 1 ? 1 : 0, arbitrary: filter.map((where) => ({ id: name, where })) }
  )
}

/** The path, as it may be written in a query with names. */
export function prefixed({ prefixes }: Scope, { ref, type }: Path): fc.Arbitrary<Path> {
  if (!prefixes.length) return fc.constant({ ref, type })
  return fc.oneof(
    fc.constant({ ref, type }),
    some(prefixes).map((prefix): Path => ({ ref: [prefix, ...ref], type }))
  )
}

/** A path of a query. */
export function pathIn(scope: Scope, depth = 3, wanted?: Type): fc.Arbitrary<Path> {
  return path(scope.entity, depth, wanted).chain((found) => prefixed(scope, found))
}

const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>=']

/** A comparison of an element, or what a path ends at. */
export function comparisonOf({ ref, type }: Path): fc.Arbitrary<Token[]> {
  const left = { ref }
  const compared = fc
    .tuple(some(COMPARISONS), value(type))
    .map(([operator, right]): Token[] => [left, operator, right])
  const inList = fc
    .array(value(type), { minLength: 1, maxLength: 3 })
    .map((list): Token[] => [left, 'in', { list }])
  const isNull = some(['is null', 'is not null']).map((is): Token[] => [left, ...is.split(' ')])
  const isLike = some(['D%', '%R', 'part%', '%1%', '_E']).map((val): Token[] => [
    left,
    'like',
    { val }
  ])
  const between = fc
    .tuple(value(type), value(type))
    .map(([low, high]): Token[] => [left, 'between', low, 'and', high])
  return fc.oneof(
    { weight: 4, arbitrary: compared },
    inList,
    isNull,
    ...(type === 'text' ? [isLike] : []),
    ...(type === 'integer' ? [between] : [])
  )
}

/** A condition of a query. */
export function condition(scope: Scope, depth = 2): fc.Arbitrary<Token[]> {
  const compared = pathIn(scope).chain(comparisonOf)
  const calculated = pathIn(scope, 3, 'text').chain(({ ref }) =>
    fc.tuple(some(['tolower', 'upper', 'length']), value('text')).map(([func, right]): Token[] => {
      const left = { func, args: [{ ref }] }
      return [left, '=', func === 'length' ? { val: 2 } : right]
    })
  )
  const paths = some<Type>(['text', 'integer']).chain((type) =>
    fc
      .tuple(pathIn(scope, 2, type), some(['=', '<', '!=']), pathIn(scope, 2, type))
      .map(([a, operator, b]): Token[] => [{ ref: a.ref }, operator, { ref: b.ref }])
  )
  const leaf = fc.oneof(
    { weight: 5, arbitrary: compared },
    { weight: 1, arbitrary: calculated },
    { weight: 1, arbitrary: paths },
    { weight: 3, arbitrary: existence(scope, depth) },
    { weight: scope.subqueries ? 4 : 0, arbitrary: subquery(scope) }
  )
  if (!depth) return leaf
  const inner = condition(scope, depth - 1)
  const both = fc
    .tuple(inner, some(['and', 'or']), inner)
    .map(([a, operator, b]): Token[] => [{ xpr: a }, operator, { xpr: b }])
  const negated = inner.map((xpr): Token[] => ['not', { xpr }])
  return fc.oneof(
    { weight: 5, arbitrary: leaf },
    { weight: 2, arbitrary: both },
    { weight: 1, arbitrary: negated }
  )
}

/** A condition on the records of another query, which may be about those of this one. */
function subquery(scope: Scope): fc.Arbitrary<Token[]> {
  return fc.tuple(some(EXPOSED), some(['s', 'part', 'row'])).chain(([entity, as]) => {
    const inner = { entity, prefixes: [as] }
    return fc
      .record({
        isNegated: fc.boolean(),
        isMember: fc.boolean(),
        of: pathIn(scope, 1, 'integer'),
        column: pathIn(inner, 2, 'integer'),
        where: fc.option(condition(inner, 1), { nil: undefined }),
        outer: fc.option(path(scope.entity, 0, 'integer'), { nil: undefined })
      })
      .map(({ isNegated, isMember, of, column, where, outer }): Token[] => {
        const [name] = scope.prefixes
        const same =
          outer && name ? [{ ref: [name, ...outer.ref] }, '=', { ref: column.ref }] : undefined
        const both = where && same ? [{ xpr: where }, 'and', { xpr: same }] : (same ?? where)
        const from = { ref: [`@${entity}`], as }
        const SELECT = {
          from,
          columns: [{ ref: column.ref, as: 'c' }],
          ...(both && { where: both })
        }
        const not = isNegated ? ['not'] : []
        return isMember
          ? [{ ref: of.ref }, ...not, 'in', { SELECT }]
          : [...not, 'exists', { SELECT }]
      })
  })
}

/** Whether there are records at the end of a path, sometimes of a condition. */
function existence(scope: Scope, depth: number): fc.Arbitrary<Token[]> {
  const { toOne, toMany } = shapeOf(scope.entity)
  const others = Object.entries({ ...toOne, ...toMany })
  if (!others.length) return pathIn(scope).chain(comparisonOf)
  const found = some(others).chain(([name, target]) => {
    const within = { entity: target, prefixes: [] }
    const filter = depth ? filterOf(target, depth) : path(within.entity, 0).chain(comparisonOf)
    const end = fc.oneof(
      fc.constant([name] as Token[]),
      filter.map((where): Token[] => [{ id: name, where }]),
      ...further(name, target, depth)
    )
    return end.chain((ref) => prefixed(scope, { ref, type: 'text' }))
  })
  return fc
    .tuple(fc.boolean(), found)
    .map(([negated, { ref }]): Token[] => [...(negated ? ['not'] : []), 'exists', { ref }])
}

function further(name: string, target: string, depth: number): fc.Arbitrary<Token[]>[] {
  const { toOne, toMany } = shapeOf(target)
  const others = Object.keys({ ...toOne, ...toMany })
  return depth && others.length ? [some(others).map((next): Token[] => [name, next])] : []
}

/** A condition of a filter, which can have no path to other records but by `exists`. */
function filterOf(entity: string, depth = 1): fc.Arbitrary<Token[]> {
  const scope = { entity, prefixes: [] }
  const compared = path(entity, 0).chain(comparisonOf)
  return fc.oneof(
    { weight: 2, arbitrary: compared },
    { weight: 1, arbitrary: existence(scope, depth - 1) }
  )
}

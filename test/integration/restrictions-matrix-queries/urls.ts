import { fc } from '../../support/generated-inputs.js'
import { shapeOf, some } from './paths.js'
import { EXPOSED, isKeyName, type Type } from './world.js'

const LITERALS: Record<Type, readonly string[]> = {
  text: ["'DE'", "'FR'", "''", "'part 1'", "'sub 20'", "'to 1'", 'null'],
  integer: ['0', '1', '2', '4', '10', '20', 'null'],
  flag: ['true', 'false', 'null'],
  date: ['2024-01-01', '2025-06-30', 'null']
}

interface Path {
  readonly text: string
  readonly type: Type
}

/** A path to an element, through up to so many others. */
function path(entity: string, depth: number): fc.Arbitrary<Path> {
  const { elements, toOne } = shapeOf(entity)
  const own = some(Object.entries(elements)).map(([text, type]): Path => ({ text, type }))
  const others = Object.entries(toOne)
  if (!depth || !others.length) return own
  const followed = some(others).chain(([name, target]) =>
    path(target, depth - 1).map(({ text, type }): Path => ({ text: `${name}/${text}`, type }))
  )
  return fc.oneof({ weight: 2, arbitrary: own }, { weight: 3, arbitrary: followed })
}

const OPERATORS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le']

function comparison(entity: string, prefix = '', depth = 3): fc.Arbitrary<string> {
  return path(entity, depth).chain(({ text, type }) => {
    const left = prefix + text
    const compared = fc
      .tuple(some(OPERATORS), some(LITERALS[type]))
      .map(([operator, literal]) => `${left} ${operator} ${literal}`)
    const among = some(LITERALS[type].filter((literal) => literal !== 'null')).map(
      (literal) => `${left} in (${literal})`
    )
    const matched = fc
      .tuple(some(['contains', 'startswith', 'endswith']), some(["'E'", "'part'", "'1'"]))
      .map(([name, literal]) => `${name}(${left},${literal})`)
    return fc.oneof(
      { weight: 4, arbitrary: compared },
      { weight: 1, arbitrary: among },
      { weight: type === 'text' ? 2 : 0, arbitrary: matched }
    )
  })
}

/** Names of variables in conditions on records of a collection. */
const VARIABLES = ['v', 'row', 'country']

function quantified(entity: string, prefix: string, depth: number): fc.Arbitrary<string> {
  const others = Object.entries(shapeOf(entity).toMany)
  if (!others.length) return comparison(entity, prefix)
  return some(others).chain(([name, target]) => {
    const of = `${prefix}${name}`
    const within = fc
      .tuple(some(['any', 'all']), some(VARIABLES))
      .chain(([word, variable]) =>
        filter(target, `${variable}/`, depth - 1).map(
          (each) => `${of}/${word}(${variable}:${each})`
        )
      )
    return fc.oneof(
      { weight: 1, arbitrary: fc.constant(`${of}/any()`) },
      { weight: 3, arbitrary: within }
    )
  })
}

function filter(entity: string, prefix = '', depth = 2): fc.Arbitrary<string> {
  const leaf = fc.oneof(
    { weight: 3, arbitrary: comparison(entity, prefix) },
    { weight: depth > 0 ? 2 : 0, arbitrary: quantified(entity, prefix, Math.max(depth, 1)) }
  )
  if (depth <= 0) return comparison(entity, prefix)
  const inner = filter(entity, prefix, depth - 1)
  return fc.oneof(
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: inner.map((each) => `not (${each})`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(inner, some(['and', 'or']), inner)
        .map(([a, word, b]) => `(${a}) ${word} (${b})`)
    }
  )
}

function order(entity: string): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(path(entity, 3), some(['', ' desc'])), { minLength: 1, maxLength: 2 })
    .map((all) => [...all.map(([{ text }, way]) => text + way), keys(entity)].join())
}

const keys = (entity: string) => shapeOf(entity).key.join()

function expand(entity: string, depth: number): fc.Arbitrary<string> {
  const { toOne, toMany } = shapeOf(entity)
  const others = Object.entries({ ...toOne, ...toMany })
  if (!others.length) return fc.constant('')
  return fc
    .uniqueArray(some(others), { minLength: 1, maxLength: 2, selector: ([name]) => name })
    .chain((all) =>
      fc.tuple(
        ...all.map(([name, target]) => {
          const isMany = name in toMany
          const options = fc.record(
            {
              ...(depth > 1 && { $expand: expand(target, depth - 1) }),
              ...(isMany && { $filter: filter(target, '', 1), $orderby: order(target) }),
              ...(isMany && { $count: fc.constant('true'), $top: some(['1', '5']) })
            },
            { requiredKeys: [] }
          )
          return options.map((each) => name + inParentheses(each, isMany && keys(target)))
        })
      )
    )
    .map((all) => all.join())
}

/** Records of a page are those of an order. */
function inParentheses(options: Record<string, string | undefined>, order: string | false): string {
  const all = { ...options, ...(options.$top && order && { $orderby: options.$orderby ?? order }) }
  const given = Object.entries(all).filter(([, value]) => value)
  return given.length ? `(${given.map((each) => each.join('=')).join(';')})` : ''
}

/** Groups of records, or of those of a condition. */
function apply(entity: string): fc.Arbitrary<string> {
  const integers = path(entity, 2).filter(({ type }) => type === 'integer')
  const aggregate = fc
    .tuple(integers, some(['max', 'min', 'sum', 'countdistinct']))
    .map(([{ text }, way]) => `aggregate(${text} with ${way} as m,$count as n)`)
  const grouped = fc
    .tuple(fc.array(path(entity, 2), { minLength: 1, maxLength: 2 }), aggregate)
    .map(([paths, each]) => `groupby((${paths.map(({ text }) => text).join()}),${each})`)
  const step = fc.oneof(grouped, aggregate)
  return fc.oneof(
    { weight: 2, arbitrary: step },
    {
      weight: 1,
      arbitrary: fc.tuple(filter(entity, '', 1), step).map(([f, s]) => `filter(${f})/${s}`)
    }
  )
}

/** A path of a URL, and the entity that it leads to. */
interface Resource {
  readonly text: string
  readonly entity: string
  readonly isMany: boolean
}

const set: fc.Arbitrary<Resource> = some([...EXPOSED, 'Rows', 'Links']).map((entity) => ({
  text: entity,
  entity,
  isMany: true
}))

function withKey({ text, entity }: Resource, number: number): Resource {
  const [first = '', ...more] = shapeOf(entity).key
  const key = [`${first}=${String(number)}`, ...more.map((name) => `${name}=1`)].join()
  return { text: `${text}(${key})`, entity, isMany: false }
}

const resource: fc.Arbitrary<Resource> = fc
  .tuple(set, some([1, 2, 3, 4, 5, 7]), fc.nat(6))
  .chain(([all, number, steps]) =>
    steps > 2 ? fc.constant(all) : further(withKey(all, number), steps)
  )

function further(from: Resource, steps: number): fc.Arbitrary<Resource> {
  const { toOne, toMany } = shapeOf(from.entity)
  const others = Object.entries({ ...toOne, ...toMany })
  if (!steps || from.isMany || !others.length) return fc.constant(from)
  return some(others).chain(([name, entity]) =>
    further({ text: `${from.text}/${name}`, entity, isMany: name in toMany }, steps - 1)
  )
}

const anyUrl: fc.Arbitrary<string> = resource.chain(({ text, entity, isMany }) => {
  const options: Record<string, fc.Arbitrary<string>> = {
    $expand: expand(entity, 3),
    $select: fc.constant(keys(entity)),
    ...(isMany && { $filter: filter(entity), $orderby: order(entity), $count: fc.constant('true') })
  }
  const plain = fc
    .record(options, { requiredKeys: [] })
    .map((each) =>
      Object.entries(each).flatMap(([name, value]) => (value ? `${name}=${value}` : []))
    )
    .map((each) => text + (each.length ? `?${each.join('&')}` : ''))
  const counted = filter(entity).map((each) => `${text}/$count?$filter=${each}`)
  const grouped = apply(entity).map((each) => `${text}?$apply=${each}`)
  return fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: isMany ? 1 : 0, arbitrary: counted },
    { weight: isMany ? 2 : 0, arbitrary: grouped }
  )
})

/** What a client reads. Paths that lead to the key of a record do not lead to something else of it as well. */
export const url = anyUrl.filter((each) => {
  const [keys, others] = [new Set<string>(), new Set<string>()]
  for (const [path] of each.matchAll(/\w+(?:\/\w+)+/g)) {
    const names = path.split('/')
    names.slice(0, -1).forEach((name, index) => {
      const isKey = index === names.length - 2 && isKeyName(names[index + 1]!)
      ;(isKey ? keys : others).add(name)
    })
  }
  return ![...keys].some((name) => others.has(name))
})

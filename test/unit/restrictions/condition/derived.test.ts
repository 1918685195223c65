import cds from '@sap/cds'

import {
  extremeOf,
  listOf,
  patternOf,
  presenceOf,
  textsIn,
  textsOf,
  truthOf
} from '../../../../src/restrictions/condition/derived.js'
import { databaseKind } from '../../../../src/restrictions/condition/per-database.js'
import type { UserFacts, UserSource } from '../../../../src/restrictions/condition/user-value.js'
import { tokensOf } from '../../../../src/restrictions/model/compiled.js'

const SOURCE: UserSource = { path: ['x'], functions: [] }
const LOWER: UserSource = { path: ['x'], functions: ['tolower'] }
const facts = (x: unknown, texts?: UserFacts['texts']): UserFacts => ({
  ...{ id: 'alice', tenant: 't1', attr: { x } },
  texts
})

const holder = cds as unknown as { db?: { kind: string } | undefined }
const use = (kind: string | undefined) => {
  holder.db = kind === undefined ? undefined : { kind }
}
afterEach(() => {
  use(undefined)
})

test('the database in use is one that the plugin knows, or another one', () => {
  const kinds = ['sqlite', 'postgres', 'hana', undefined].map((kind) => {
    use(kind)
    return databaseKind()
  })
  expect(kinds).toEqual(['sqlite', 'postgres', 'other', 'other'])
})

describe('attributes of values that something is compared with', () => {
  test('have names that say what they are, and no other attribute has', () => {
    expect(listOf(SOURCE, 'cds.String').key).toBe('x|String|list')
    expect(listOf(LOWER, 'my.Type').key).toBe('tolower(x)|my.Type|list')
    expect(extremeOf(SOURCE, 'cds.Integer', 'min').key).toBe('x|Integer|min')
    expect(extremeOf(SOURCE, 'cds.Integer', 'max').key).toBe('x|Integer|max')
    expect(presenceOf(SOURCE, 'cds.Date').key).toBe('x|Date|present')
  })

  test('are what the type can hold, or are not there', () => {
    const list = listOf(SOURCE, 'cds.Integer')
    expect(list.compute(facts(['5', 'x', 7, null]))).toEqual([5, 7])
    expect(list.compute(facts('x'))).toBeUndefined()
    expect(list.compute(facts([]))).toBeUndefined()
    const least = extremeOf(SOURCE, 'cds.Integer', 'min')
    expect(least.compute(facts(['10', 9, 'x']))).toBe(9)
    expect(least.compute(facts(['x']))).toBeUndefined()
    expect(extremeOf(SOURCE, 'cds.Integer', 'max').compute(facts([9, '10']))).toBe(10)
    expect(extremeOf(SOURCE, 'cds.String', 'max').compute(facts([9, '10']))).toBe('9')
  })

  test('come with one that says whether there are any', () => {
    for (const attribute of [
      listOf(SOURCE, 'cds.Integer'),
      extremeOf(SOURCE, 'cds.Integer', 'min')
    ]) {
      const { presence } = attribute
      expect(presence?.key).toBe('x|Integer|present')
      expect(presence?.compute(facts(['x', '5']))).toBe('1')
      expect(presence?.compute(facts(['x']))).toBeUndefined()
      expect(presence?.compute(facts(undefined))).toBeUndefined()
    }
  })
})

describe('texts to which the database applies functions', () => {
  const attribute = textsOf(LOWER, listOf(LOWER, 'cds.String'))

  test('are one parameter where it can', () => {
    expect(attribute.key).toBe('tolower(x)|String|list|texts')
    expect(attribute.presence?.key).toBe('tolower(x)|String|present')
    for (const kind of ['sqlite', 'postgres']) {
      use(kind)
      expect(attribute.compute(facts(['A', 5, 'B']))).toBe('["A","5","B"]')
      expect(attribute.compute(facts(undefined))).toBe('[]')
    }
  })

  test('are the values themselves elsewhere', () => {
    expect(attribute.compute(facts(['A', 5]))).toEqual(['a', '5'])
    expect(attribute.compute(facts([]))).toBeUndefined()
  })

  test('are without the functions, and without what is no text', () => {
    expect(textsIn(LOWER, facts(['A', 5, 'null\u0000', '']))).toEqual(['A', '5'])
  })
})

describe('patterns', () => {
  const operand = [{ ref: ['name'] }]
  const attribute = patternOf({ source: SOURCE, kind: 'like', operand, entity: 'Rows' })

  test('have a name by all that they depend on', () => {
    const others = [
      patternOf({ source: SOURCE, kind: 'contains', operand, entity: 'Rows' }),
      patternOf({ source: LOWER, kind: 'like', operand, entity: 'Rows' }),
      patternOf({ source: SOURCE, kind: 'like', escape: '!', operand, entity: 'Rows' }),
      patternOf({ source: SOURCE, kind: 'like', operand: [{ ref: ['text'] }], entity: 'Rows' }),
      patternOf({ source: SOURCE, kind: 'like', operand, entity: 'Others' }),
      patternOf({ source: SOURCE, kind: 'like', operand, entity: undefined })
    ]
    expect(new Set([attribute, ...others].map(({ key }) => key)).size).toBe(others.length + 1)
    expect(attribute.presence?.key).toBe('x|String|present')
  })

  test('say whose texts they are compared with, where that is known', () => {
    const { scan } = attribute
    expect(scan).toEqual({
      ...{ entity: 'Rows', operand, source: SOURCE, kind: 'like', escape: undefined }
    })
    expect(
      patternOf({ source: SOURCE, kind: 'like', operand, entity: undefined })
    ).not.toHaveProperty('scan')
  })

  test('are for SQLite texts, and patterns of its own', () => {
    use('sqlite')
    expect(attribute.compute(facts(['a', 'b%', 'c_', '*']))).toBe(
      JSON.stringify({ texts: ['a', '*'], globs: ['b*', 'c?'] })
    )
    expect(attribute.compute(facts(undefined))).toBe('{"texts":[],"globs":[]}')
  })

  test('are for PostgreSQL those of its "like"', () => {
    use('postgres')
    expect(attribute.compute(facts(['a', 'b%', '\\']))).toBe('["a","b%","\\\\\\\\"]')
  })

  test('are for others one regular expression', () => {
    expect(attribute.compute(facts(['a', 'b.']))).toBe('^(a|b\\.)$')
    expect(attribute.compute(facts([]))).toBe('$a')
  })

  test('are the texts that they match, where these were looked for', () => {
    const texts = new Map([[attribute.key, ['Ulm']]])
    for (const kind of ['sqlite', 'postgres']) {
      use(kind)
      expect(attribute.compute(facts(['U%'], texts))).toBe('{"found":["Ulm"]}')
      expect(attribute.compute(facts(['U%'], new Map([['other', ['Ulm']]])))).toContain('U')
    }
  })

  test('with an escape are parsed by it', () => {
    use('postgres')
    const escaped = patternOf({
      source: SOURCE,
      kind: 'like',
      escape: '!',
      operand,
      entity: 'Rows'
    })
    expect(escaped.compute(facts('5!%%'))).toBe('["5\\\\%%"]')
  })
})

describe('a condition on nothing but the user', () => {
  const truth = (condition: string, expected: boolean) => truthOf(tokensOf(condition), expected)

  test('is there if it has the expected outcome, and not if it is unknown', () => {
    expect(truth("$user.x = 'a'", true).compute(facts('a'))).toBe('1')
    expect(truth("$user.x = 'a'", true).compute(facts('b'))).toBeUndefined()
    expect(truth("$user.x = 'a'", false).compute(facts('b'))).toBe('1')
    expect(truth("$user.x = 'a'", false).compute(facts('a'))).toBeUndefined()
    expect(truth("$user.x = 'a'", true).compute(facts([]))).toBeUndefined()
    expect(truth("$user.x = 'a'", false).compute(facts([]))).toBeUndefined()
  })

  test('is another one for each outcome and condition', () => {
    const keys = [
      truth('$user.x = 1', true),
      truth('$user.x = 1', false),
      truth('$user.x = 2', true)
    ]
    expect(new Set(keys.map(({ key }) => key)).size).toBe(3)
  })

  test('says which texts it compares with which patterns, where it has any', () => {
    const matches = (condition: string, x: unknown = ['a', 'b']) =>
      truth(condition, true)
        .matches?.(facts(x))
        .map(({ texts, index }) => [texts, index.size])
    expect(matches("'a' like $user.x")).toEqual([[['a'], 2]])
    expect(matches("$user.x like 'a%' or startswith($user.x, 'b')")).toEqual([
      [['a', 'b'], 1],
      [['a', 'b'], 1]
    ])
    for (const name of ['endswith', 'Contains'])
      expect(matches(`${name}($user.x, 'b')`)).toEqual([[['a', 'b'], 1]])
    expect(matches("'a' like $user.x", [])).toEqual([])
    expect(matches("$user.x = 'a'")).toBeUndefined()
  })
})

import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import type { Operand } from '../../../../src/restrictions/condition/types.js'
import {
  evaluate,
  type Situation,
  type Truth
} from '../../../../src/restrictions/condition/evaluate.js'
import { nameOf } from '../../../../src/restrictions/condition/mentions.js'
import { parseCondition } from '../../../../src/restrictions/condition/parse.js'
import { UnsafeCondition } from '../../../../src/restrictions/condition/unsafe.js'

type Row = Readonly<Record<string, unknown>>

/** Types of the elements. */
const TYPES: Record<string, string> = {
  ...{ a: 'cds.Integer', b: 'cds.Integer', level: 'cds.Integer', flag: 'cds.Boolean' },
  ...{ name: 'cds.String', since: 'cds.Date' }
}
const typeOf = ([token]: Operand) => {
  const name = typeof token === 'object' && token.ref ? nameOf(token.ref[0] ?? '') : ''
  return TYPES[name] ?? 'cds.String'
}

/** What a condition is for a user with these attributes, and a row. */
function truth(condition: string, row?: Row, attr: object = {}): Truth {
  const facts = { id: 'alice', tenant: 't1', attr }
  const situation: Situation = { facts, typeOf, ...(row && { row }) }
  return evaluate(parseCondition(tokensOf(condition)), situation)
}

describe('a comparison with an attribute', () => {
  /** What it is for no value, for one, and for several. */
  const truths = (condition: string, row?: Row, ...further: unknown[]) =>
    [undefined, [], ['2'], ['1', '2'], ...further].map((x) => truth(condition, row, { x }))

  test.each<[string, Truth[]]>([
    ['a = $user.x', [undefined, undefined, true, true]],
    ['a == $user.x', [undefined, undefined, true, true]],
    ['a <> $user.x', [undefined, undefined, false, false]],
    ['a != $user.x', [undefined, undefined, false, false]],
    ['b = $user.x', [undefined, undefined, undefined, undefined]],
    ['b == $user.x', [undefined, undefined, false, false]],
    ['b <> $user.x', [undefined, undefined, undefined, undefined]],
    ['b != $user.x', [undefined, undefined, true, true]],
    ['$user.x != b', [undefined, undefined, true, true]],
    ['$user.x <> b', [undefined, undefined, undefined, undefined]],
    ['$user.x = a', [undefined, undefined, true, true]],
    ['level = $user.x', [undefined, undefined, false, false]],
    ['level <> $user.x', [undefined, undefined, true, true]],
    ['level < $user.x', [undefined, undefined, false, false]],
    ['level > $user.x', [undefined, undefined, true, true]],
    ['level >= $user.x', [undefined, undefined, true, true]],
    ['$user.x < level', [undefined, undefined, true, true]],
    ['$user.x >= level', [undefined, undefined, false, false]],
    ['b < $user.x', [undefined, undefined, undefined, undefined]],
    ['$user.x is null', [true, true, false, false]],
    ['$user.x is not null', [false, false, true, true]],
    ['$user.x = null', [true, true, false, false]],
    ['null = $user.x', [undefined, undefined, undefined, undefined]],
    ['$user.x != null', [false, false, true, true]],
    ['null != $user.x', [false, false, true, true]],
    ['$user.x <> null', [undefined, undefined, undefined, undefined]],
    ['a in $user.x', [undefined, undefined, true, true]],
    ['a not in $user.x', [undefined, undefined, false, false]],
    ['level not in $user.x', [undefined, undefined, true, true]],
    ['b in $user.x', [undefined, undefined, undefined, undefined]]
  ])('%s, for no value, none, one and two', (condition, expected) => {
    const row = { a: 2, b: null, level: 5 }
    expect(truths(condition, row)).toEqual(expected)
    const negated = expected.map((each) => (each === undefined ? undefined : !each))
    expect(truths(`not (${condition})`, row)).toEqual(negated)
  })

  test('with values that the type can not hold is one with none', () => {
    const row = { level: 5 }
    for (const x of ['x', ['5.5', '9999999999'], {}, [[]], null, '', [null, '']])
      expect([x, truth('level <> $user.x', row, { x })]).toEqual([x, undefined])
    expect(truth('level = $user.x', row, { x: ['x', '5'] })).toBe(true)
  })

  test('orders by one that is enough', () => {
    const holds = (condition: string) => truth(condition, { level: 5 }, { x: [3, 7] })
    const all = ['<', '<=', '>', '>='].map((operator) => holds(`level ${operator} $user.x`))
    expect(all).toEqual([true, true, true, true])
    for (const x of [5, [5], ['5']]) {
      const each = ['<', '<=', '>', '>='].map((o) =>
        truth(`level ${o} $user.x`, { level: 5 }, { x })
      )
      expect(each).toEqual([false, true, false, true])
    }
    for (const [x, below] of [
      [4, false],
      [6, true]
    ] as const) {
      const each = ['<', '<=', '>', '>='].map((o) =>
        truth(`level ${o} $user.x`, { level: 5 }, { x })
      )
      expect(each).toEqual([below, below, !below, !below])
    }
  })
})

test('two attributes are numbers if all their values are, and texts otherwise', () => {
  const holds = (x: unknown, y: unknown) => truth('$user.x < $user.y', undefined, { x, y })
  expect(holds('9', '10')).toBe(true)
  expect(holds(['9', '11'], '10')).toBe(true)
  expect(holds(['9', 'x'], '10')).toBe(false)
  expect(holds('9', ['10', 'x'])).toBe(true)
  expect(holds('9', ['10', '8'])).toBe(true)
  expect(holds(undefined, '10')).toBeUndefined()
  expect(holds('9', [])).toBeUndefined()
})

test('constants have a type, which the values get', () => {
  expect(truth('$user.x = 5', undefined, { x: '5' })).toBe(true)
  expect(truth('$user.x = 5', undefined, { x: '5.0' })).toBe(true)
  expect(truth("$user.x = '5'", undefined, { x: '5.0' })).toBe(false)
  expect(truth("$user.x = '5'", undefined, { x: 5 })).toBe(true)
  expect(truth('$user.x = true', undefined, { x: 'true' })).toBe(true)
  expect(truth('$user.x = true', undefined, { x: 'yes' })).toBeUndefined()
  expect(truth('5 < $user.x', undefined, { x: '10' })).toBe(true)
  expect(truth("'5' < $user.x", undefined, { x: '10' })).toBe(false)
})

describe('conditions together are those of SQL', () => {
  const T = '1 = 1'
  const F = '1 = 2'
  const U = 'a = 1'
  const row = { a: null }

  test.each<[string, Truth]>([
    [`${T} and ${T}`, true],
    [`${T} and ${F}`, false],
    [`${T} and ${U}`, undefined],
    [`${F} and ${U}`, false],
    [`${U} and ${F}`, false],
    [`${U} and ${U}`, undefined],
    [`${T} or ${F}`, true],
    [`${F} or ${F}`, false],
    [`${F} or ${U}`, undefined],
    [`${T} or ${U}`, true],
    [`${U} or ${T}`, true],
    [`not ${T}`, false],
    [`not ${F}`, true],
    [`not ${U}`, undefined],
    [`not (${T} and ${U})`, undefined],
    [`not (${F} or ${T})`, false],
    [`(${T} or ${U}) and ${F}`, false]
  ])('%s', (condition, expected) => {
    expect(truth(condition, row)).toBe(expected)
  })
})

describe('between', () => {
  const holds = (condition: string, x: unknown, level: unknown = 5) =>
    truth(condition, { level, a: 3 }, { x })

  test('the ends belong to it', () => {
    for (const [low, high, expected] of [
      [5, 5, true],
      [4, 6, true],
      [6, 9, false],
      [1, 4, false]
    ] as const) {
      expect(holds(`level between ${String(low)} and ${String(high)}`, [])).toBe(expected)
      expect(holds(`level not between ${String(low)} and ${String(high)}`, [])).toBe(!expected)
    }
  })

  test('the ends can be attributes, of which any two are enough', () => {
    const between = 'level between $user.x and 9'
    expect(holds(between, [])).toBeUndefined()
    expect(holds(between, 'x')).toBeUndefined()
    expect(holds(between, [7, 4])).toBe(true)
    expect(holds(between, [7, 8])).toBe(false)
    expect(holds('level between $user.x and 4', [])).toBe(false)
    expect(holds(between, [4], null)).toBeUndefined()
  })

  test('one and the same value has to be between', () => {
    const between = '$user.x between 4 and 6'
    expect(holds(between, [3, 7])).toBe(false)
    expect(holds(between, [3, 5])).toBe(true)
    expect(holds(between, [])).toBeUndefined()
    expect(holds(between, 'x')).toBeUndefined()
    expect(holds('$user.x between a and level', ['4'])).toBe(true)
    expect(holds('$user.x between a and level', ['6'])).toBe(false)
  })
})

describe('patterns', () => {
  const holds = (condition: string, x: unknown, name: unknown = 'Berlin') =>
    truth(condition, { name }, { x })

  test.each<[string, unknown, Truth]>([
    ['name like $user.x', 'B%', true],
    ['name like $user.x', 'b%', false],
    ['name like $user.x', ['x', '%n'], true],
    ['name like $user.x', 'B_rlin', true],
    ['name like $user.x', [], undefined],
    ['name not like $user.x', 'B%', false],
    ['name not like $user.x', 'x', true],
    ['name not like $user.x', [], undefined],
    ["name like $user.x escape '!'", 'B!%', false],
    ["'B%' like $user.x escape '!'", 'B!%', true],
    ["'B%' like $user.x", 'B!%', false],
    ['startswith(name, $user.x)', 'Ber', true],
    ['startswith(name, $user.x)', 'er', false],
    ['startswith(name, $user.x)', 'B%', false],
    ['endswith(name, $user.x)', 'lin', true],
    ['endswith(name, $user.x)', 'li', false],
    ['contains(name, $user.x)', 'erl', true],
    ['CONTAINS(name, $user.x)', ['x', 'erl'], true],
    ['contains(name, $user.x)', 'erk', false],
    ['contains(name, $user.x)', undefined, undefined],
    ["contains($user.x, 'erl')", ['x', 'Berlin'], true],
    ["$user.x like 'B%'", 'Berlin', true],
    ["$user.x like 'B%'", [], undefined]
  ])('%s for %j: %s', (condition, x, expected) => {
    expect(holds(condition, x)).toBe(expected)
  })

  test('for a text that is not there are unknown', () => {
    expect(holds('name like $user.x', '%', null)).toBeUndefined()
    expect(holds('contains(name, $user.x)', 'x', null)).toBeUndefined()
  })

  test('can be collected in place of being compared', () => {
    const found: [readonly string[], boolean][] = []
    const facts = { id: 'alice', tenant: 't1', attr: { x: ['B%', 'x'], y: ['Berlin', 'Ulm'] } }
    const condition = parseCondition(tokensOf('$user.y like $user.x or $user.y is null'))
    const onMatch: Situation['onMatch'] = (texts, index) =>
      found.push([texts, index.matchesOne(texts)])
    expect(evaluate(condition, { facts, onMatch })).toBe(false)
    expect(found).toEqual([[['Berlin', 'Ulm'], true]])
  })
})

describe('a flag', () => {
  test.each<[string, unknown, Truth]>([
    ['$user.x', true, true],
    ['$user.x', 'true', true],
    ['$user.x', 'false', false],
    ['$user.x', [false, true], true],
    ['$user.x', [], undefined],
    ['$user.x', 'yes', undefined],
    ['not $user.x', 'false', true],
    ['flag', [], true],
    ['not flag', [], false]
  ])('%s, for %j: %s', (condition, x, expected) => {
    expect(truth(condition, { flag: true }, { x })).toBe(expected)
  })
})

describe('the id and the tenant of the user', () => {
  test.each<[string, Truth]>([
    ["$user = 'alice'", true],
    ["$user.id = 'alice'", true],
    ["$user.id <> 'alice'", false],
    ["$user.tenant = 't1'", true],
    ['name = $user', true],
    ["tolower($user.id) = 'alice'", true],
    ["toupper($user.id) = 'ALICE'", true]
  ])('%s: %s', (condition, expected) => {
    expect(truth(condition, { name: 'alice' })).toBe(expected)
  })
})

describe('only a database can evaluate', () => {
  test.each([
    'site.name = $user.x',
    'exists site[name = $user.x]',
    'a + 1 = $user.x',
    'tolower(name) = $user.x',
    'a in (select ID from Pairs where b = $user.x)',
    'round(a)',
    'startswith(name)',
    'like(name, $user.x)',
    '$now > $user.x',
    'name != $now',
    '$locale is null'
  ])('%s', (condition) => {
    expect(() => truth(condition, { a: 1, name: 'x' }, { x: ['1'] })).toThrow(UnsafeCondition)
  })

  test('what needs a row, where there is none', () => {
    expect(() => truth('a = 1')).toThrow(UnsafeCondition)
    expect(() => truth('a = 1')).toThrow(/only a database can evaluate it/)
  })
})

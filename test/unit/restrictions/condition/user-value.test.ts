import type { Expression, Operand } from '../../../../src/restrictions/condition/types.js'
import { UnsafeCondition } from '../../../../src/restrictions/condition/unsafe.js'
import {
  hasOther,
  sourceOf,
  textOf,
  type UserFacts,
  valuesOf
} from '../../../../src/restrictions/condition/user-value.js'

const user = (...path: string[]): Expression => ({ ref: ['$user', ...path] })
const call = (func: string, ...args: Expression[]): Expression => ({ func, args })

describe('an operand stands for', () => {
  test.each<[Operand, string, string[], string[]]>([
    [[user('x')], 'x', ['x'], []],
    [[user('a', 'b')], 'a.b', ['a', 'b'], []],
    [[user()], 'id', [], []],
    [[user('id')], 'id', ['id'], []],
    [[{ ref: ['$user', { id: 'x' }] }], 'x', ['x'], []],
    [[{ xpr: [user('x')] }], 'x', ['x'], []],
    [[call('tolower', user('x'))], 'tolower(x)', ['x'], ['tolower']],
    [[call('TRIM', call('toUpper', user('x')))], 'trim(toupper(x))', ['x'], ['toupper', 'trim']],
    [[call('lower', { xpr: [user()] })], 'lower(id)', [], ['lower']]
  ])('%j: %s', (operand, text, path, functions) => {
    const source = sourceOf(operand)
    expect(source).toEqual({ path, functions })
    expect(textOf(source)).toBe(text)
  })

  test.each<[string, Operand]>([
    ['a sum', [user('x'), '+', { val: 1 }]],
    ['a word', ['case']],
    ['nothing', []],
    ['another function', [call('substring', user('x'))]],
    ['a function of objects', [call('toString', user('x'))]],
    ['a function of two', [call('trim', user('x'), user('y'))]],
    ['a function of nothing', [{ func: 'trim' }]],
    ['a function of a sum', [{ func: 'trim', args: [{ xpr: [user('x'), '+', user('y')] }] }]],
    ['an element', [{ ref: ['x'] }]],
    ['a constant', [{ val: 1 }]]
  ])('nothing, if it is %s', (_, operand) => {
    expect(() => sourceOf(operand)).toThrow(UnsafeCondition)
    expect(() => sourceOf(operand)).toThrow(
      'it calculates with $user: compare an element with $user.<attribute>, or with tolower, lower, toupper, upper, ' +
        "trim of it, and keep the rest on the element's side"
    )
  })
})

describe('the values of', () => {
  const facts = (attr: unknown): UserFacts => ({ id: 'alice', tenant: 't1', attr })
  const values = (attr: unknown, ...path: string[]) =>
    valuesOf({ path, functions: [] }, facts(attr))

  test('the user and the tenant are one each', () => {
    expect(values({})).toEqual(['alice'])
    expect(values({ id: 'other' }, 'id')).toEqual(['alice'])
    expect(values({ tenant: 'other' }, 'tenant')).toEqual(['t1'])
    expect(values({ id: { x: 'a' }, tenant: { x: 'b' } }, 'id', 'x')).toEqual(['a'])
    expect(values({ id: { x: 'a' }, tenant: { x: 'b' } }, 'tenant', 'x')).toEqual(['b'])
    expect(valuesOf({ path: [], functions: [] }, { ...facts({}), id: undefined })).toEqual([])
  })

  test.each<[unknown, unknown[]]>([
    ['a', ['a']],
    [5, [5]],
    [0, [0]],
    [true, [true]],
    [false, [false]],
    [
      ['a', 5, false],
      ['a', 5, false]
    ],
    [[], []],
    ['', []],
    [null, []],
    [undefined, []],
    [Number.NaN, []],
    [Number.POSITIVE_INFINITY, []],
    ['half \ud83d', []],
    ['😀', ['😀']],
    [{ a: 1 }, []],
    [[['a']], []],
    [['', null, undefined, {}, 'a'], ['a']],
    [() => 'a', []],
    [Symbol('a'), []],
    [10n, []]
  ])('an attribute that is %p are %p', (x, expected) => {
    expect(values({ x }, 'x')).toEqual(expected)
  })

  test('what is not there, or inherited, or in a list are none', () => {
    expect(values({}, 'x')).toEqual([])
    expect(values(Object.create({ x: 'a' }), 'x')).toEqual([])
    expect(values({}, 'constructor')).toEqual([])
    expect(values({}, 'constructor', 'name')).toEqual([])
    expect(values({ x: ['a'] }, 'x', '0')).toEqual([])
    expect(values({ x: ['a'] }, 'x', 'length')).toEqual([])
    expect(values({ x: 'abc' }, 'x', 'length')).toEqual([])
    expect(values({ x: { y: ['a'] } }, 'x', 'y')).toEqual(['a'])
    for (const attr of [undefined, null, 'text', 5]) expect(values(attr, 'x')).toEqual([])
  })

  test('something else than values is there, or nothing at all', () => {
    const other = (attr: unknown, ...path: string[]) =>
      hasOther({ path, functions: [] }, facts(attr))
    for (const x of [{}, [{}], [[]], ['', {}], Number.NaN, 'half \ud83d', () => 'a'])
      expect([x, other({ x }, 'x')]).toEqual([x, true])
    for (const x of [undefined, null, '', [], [null, '']])
      for (const path of [['x'], ['x', 'y']])
        expect([x, path, other({ x }, ...path)]).toEqual([x, path, false])
    for (const x of ['a', ['a'], [{ y: 'a' }], { y: [{}] }])
      expect([x, other({ x }, 'x', 'y')]).toEqual([x, true])
    expect(other({ x: { z: 'a' } }, 'x', 'y')).toBe(false)
    expect(other(Object.create({ x: {} }), 'x')).toBe(false)
    const nobody = { id: undefined, tenant: undefined, attr: { id: {}, tenant: {} } }
    for (const path of [[], ['id'], ['tenant']])
      expect(hasOther({ path, functions: [] }, nobody)).toBe(false)
  })

  test.each<[string, unknown, unknown[]]>([
    ['tolower', 'ÄB', ['äb']],
    ['lower', 'AB', ['ab']],
    ['toupper', 'äb', ['ÄB']],
    ['upper', 'ab', ['AB']],
    ['trim', '  a b ', ['a b']],
    ['toupper', [true, 5, 'x'], ['TRUE', '5', 'X']]
  ])('a function, %s of %j: %j', (name, x, expected) => {
    expect(valuesOf({ path: ['x'], functions: [name] }, facts({ x }))).toEqual(expected)
  })

  test('functions are applied from the inner to the outer one', () => {
    const source = { path: ['x'], functions: ['trim', 'toupper'] }
    expect(valuesOf(source, facts({ x: ' a ' }))).toEqual(['A'])
  })
})

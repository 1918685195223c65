import cds from '@sap/cds'

import { listOf, presenceOf } from '../../../../src/restrictions/condition/derived.js'
import { NEVER, resolveCondition } from '../../../../src/restrictions/condition/resolve.js'
import type { Token } from '../../../../src/restrictions/condition/types.js'

const list = listOf({ path: ['x'], functions: [] }, 'cds.String')
const presence = presenceOf({ path: ['x'], functions: [] }, 'cds.String')
const single = { key: 'single', compute: () => 5 }
const attributes = new Map([list, presence, single].map((attribute) => [attribute.key, attribute]))

const a: Token = { ref: ['a'] }
const ofUser = (key: string): Token => ({ ref: ['$user', key] })
const LIST = ofUser(list.key)

function resolved(tokens: readonly Token[], x: unknown = ['1', '2']) {
  return resolveCondition(tokens, attributes, { id: 'alice', tenant: 't1', attr: { x } })
}
const VALUES = { list: [{ val: '1' }, { val: '2' }] }

describe('a derived attribute is replaced', () => {
  test('by a list, next to "in" and "="', () => {
    expect(resolved([a, 'in', LIST])).toEqual([a, 'in', VALUES])
    expect(resolved([a, '=', LIST])).toEqual([a, 'in', VALUES])
  })

  test('by one parameter for a database, if there are very many values', () => {
    const numbers = listOf({ path: ['x'], functions: [] }, 'cds.Integer')
    attributes.set(numbers.key, numbers)
    const onDatabase = (kind: string | undefined, length: number, key = LIST) => {
      Object.assign(cds, { db: kind && { kind } })
      return resolved([a, 'in', key], texts(length)).at(-1)
    }
    const texts = (length: number) => Array.from({ length }, (_, i) => String(i))
    const parameter = (length: number) => ({ val: JSON.stringify(texts(length)) })
    const list = texts(10_001).map((val) => ({ val }))
    for (const other of [undefined, 'hana']) expect(onDatabase(other, 10_001)).toEqual({ list })
    expect(onDatabase('sqlite', 100)).toHaveProperty('list')
    expect(onDatabase('sqlite', 101)).toEqual({
      xpr: ['select value from json_each(', parameter(101), ')']
    })
    expect(onDatabase('sqlite', 101, ofUser(numbers.key))).toHaveProperty('xpr')
    expect(onDatabase('postgres', 10_000)).toHaveProperty('list')
    expect(onDatabase('postgres', 10_001)).toEqual({
      xpr: expect.arrayContaining([parameter(10_001)]) as unknown
    })
    expect(onDatabase('postgres', 10_001, ofUser(numbers.key))).toHaveProperty('list')
    onDatabase(undefined, 1)
  })

  test('by one value', () => {
    expect(resolved([ofUser(presence.key), '=', { val: '1' }])).toEqual([
      { val: '1' },
      '=',
      { val: '1' }
    ])
    expect(resolved([a, '<', ofUser('single')])).toEqual([a, '<', { val: 5 }])
  })

  test('and without a value the list of tokens is false as a whole', () => {
    expect(resolved([a, 'in', LIST], [])).toEqual([{ val: '1' }, '=', { val: '2' }])
    expect(resolved([a, 'in', LIST], [])).not.toBe(NEVER)
    expect(resolved([a, 'in', ofUser('unknown')])).toEqual(NEVER)
    expect(resolved([{ xpr: [a, '=', LIST] }, 'or', { xpr: [a, '=', { val: 1 }] }], [])).toEqual([
      { xpr: [...NEVER] },
      'or',
      { xpr: [a, '=', { val: 1 }] }
    ])
  })

  test.each<[string, (token: Token[]) => Token, (token: Token[]) => unknown]>([
    ['parentheses', (xpr) => ({ xpr }), (xpr) => ({ xpr })],
    ['arguments', (args) => ({ func: 'f', args }), (args) => ({ func: 'f', args })],
    [
      'a filter',
      (where) => ({ ref: ['b', { id: 'c', where }] }),
      (where) => ({ ref: ['b', { id: 'c', where }] })
    ],
    [
      'a subquery',
      (where) => ({ SELECT: { from: { ref: ['B'] }, where } }),
      (where) => ({ SELECT: { from: { ref: ['B'] }, where } })
    ]
  ])('within %s', (_, within, expected) => {
    expect(resolved(['not', within([a, '=', LIST])])).toEqual(['not', expected([a, 'in', VALUES])])
    expect(resolved(['not', within([a, '=', LIST])], [])).toEqual(['not', expected([...NEVER])])
  })
})

test('what has nothing of the user stays as it is', () => {
  const tokens: Token[] = [
    ...[a, '=', { val: 1 }, 'and', 'exists', { ref: ['b', { id: 'c' }] }],
    ...['and', { func: 'f' }, 'in', { list: [{ val: 1 }] }, 'and', { SELECT: { from: {} } }]
  ]
  expect(resolved(tokens)).toEqual(tokens)
  expect(resolved([{ ref: ['$user'] }, '=', a])).toEqual([{ ref: ['$user'] }, '=', a])
})

test('an operand that each database has differently is that of the one in use', () => {
  const varying = Object.defineProperty({ xpr: [a, '=', a] }, 'toJSON', {
    value: () => ({ xpr: [a, '=', LIST] })
  })
  expect(resolved([varying])).toEqual([{ xpr: [a, 'in', VALUES] }])
})

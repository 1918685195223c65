import {
  mentionsRow,
  mentionsUser,
  nameOf,
  rowPaths,
  userPaths
} from '../../../../src/restrictions/condition/mentions.js'
import type { Token } from '../../../../src/restrictions/condition/types.js'

const user: Token = { ref: ['$user', 'x'] }
const row: Token = { ref: ['a', 'b'] }
const constant: Token = { val: 1 }

/** Places where an operand can be. */
const WITHIN: Record<string, (token: Token) => Token[]> = {
  'a comparison': (token) => [constant, '=', token],
  parentheses: (token) => [{ xpr: ['not', { xpr: [token] }] }],
  'arguments of a function': (token) => [{ func: 'f', args: [constant, token] }],
  'named arguments': (token) => [{ func: 'f', args: { a: constant, b: token } as never }],
  'a list': (token) => [constant, 'in', { list: [constant, token] }]
}
/** Places that are about a row by themselves. */
const OF_A_ROW: Record<string, (token: Token) => Token[]> = {
  'a filter': (token) => ['exists', { ref: ['c', { id: 'd', where: [constant, '=', token] }] }],
  'the "where" of a subquery': (token) => [{ SELECT: { where: [constant, '=', token] } }],
  'a column of a subquery': (token) => [{ SELECT: { columns: [{ xpr: [token] }] } as never }],
  'the source of a subquery': (token) => [
    { SELECT: { from: { SELECT: { from: {}, where: [token] } } } as never }
  ]
}

test.each(Object.entries(WITHIN))('$user and elements are found in %s', (_, within) => {
  expect(mentionsUser(within(user))).toBe(true)
  expect(mentionsUser(within(row))).toBe(false)
  expect(mentionsRow(within(row))).toBe(true)
  expect(mentionsRow(within(user))).toBe(false)
  expect(mentionsUser(within(constant)) || mentionsRow(within(constant))).toBe(false)
  expect(userPaths(within(user))).toEqual([['x']])
  expect(userPaths(within(row))).toEqual([])
  expect(rowPaths(within(row))).toEqual([['a', 'b']])
  expect(rowPaths(within(user))).toEqual([])
})

test.each(Object.entries(OF_A_ROW))('$user is found in %s', (_, within) => {
  expect(mentionsUser(within(user))).toBe(true)
  expect(mentionsUser(within(row))).toBe(false)
  expect(mentionsRow(within(constant))).toBe(true)
  expect(new Set(userPaths(within(user)).flat())).toEqual(new Set(['x']))
})

test('other variables are for the database', () => {
  expect(mentionsRow([{ ref: ['$now'] }])).toBe(true)
  expect(mentionsUser([{ ref: ['$now'] }])).toBe(false)
  expect(mentionsUser([{ ref: ['a', '$user'] }])).toBe(false)
})

test('words, and nothing at all, mention nothing', () => {
  for (const tokens of [[], ['$user', 'and'], [{ val: '$user' }], [{ SELECT: null as never }]]) {
    expect(mentionsUser(tokens)).toBe(false)
    expect(userPaths(tokens)).toEqual([])
  }
  expect(mentionsRow([])).toBe(false)
  const select = {
    one: true,
    where: null,
    columns: ['*', null],
    limit: { rows: constant }
  } as never
  expect(mentionsUser([{ SELECT: select }])).toBe(false)
  expect(mentionsRow([{ func: 'f', args: null as never }])).toBe(false)
})

test('segments have names, with and without a filter', () => {
  expect([nameOf('a'), nameOf({ id: 'b' }), nameOf({ id: 'c', where: [constant] })]).toEqual([
    ...['a', 'b', 'c']
  ])
  expect(rowPaths([{ ref: ['a', { id: 'b', where: [row, '=', user] }] }])).toEqual([
    ['a', 'b'],
    ['a', 'b']
  ])
})

import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import type {
  Condition,
  Expression,
  Operand,
  Token
} from '../../../../src/restrictions/condition/types.js'
import { parseCondition } from '../../../../src/restrictions/condition/parse.js'
import { printCondition } from '../../../../src/restrictions/condition/print.js'
import { UnsafeCondition } from '../../../../src/restrictions/condition/unsafe.js'

/** A condition as nested lists: the kind first, operands as text. */
function tree(condition: Condition): unknown {
  const text = (tokens: Operand) => printCondition(tokens)
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [condition.kind, ...condition.parts.map(tree)]
    case 'not':
      return ['not', tree(condition.part)]
    case 'compare':
      return [condition.operator, text(condition.left), text(condition.right)]
    case 'like': {
      const { value, pattern, escape } = condition
      return ['like', text(value), text(pattern), ...(escape === undefined ? [] : [escape])]
    }
    case 'between':
      return ['between', text(condition.value), text(condition.low), text(condition.high)]
    case 'null':
      return ['null', text(condition.value)]
    case 'in':
      return ['in', text(condition.value), text([condition.query])]
    case 'exists':
      return ['exists', text([condition.target])]
    case 'bare':
      return ['bare', text(condition.value)]
  }
}
const parsed = (condition: string) => parseCondition(tokensOf(condition))

test.each<[string, unknown]>([
  ['a = 1', ['=', 'a', '1']],
  ['a == 1', ['==', 'a', '1']],
  ['a != 1', ['!=', 'a', '1']],
  ['a <> 1', ['<>', 'a', '1']],
  ['a < 1', ['<', 'a', '1']],
  ['a <= 1', ['<=', 'a', '1']],
  ['a > 1', ['>', 'a', '1']],
  ['a >= 1', ['>=', 'a', '1']],
  ['a = 1 and b = 2', ['and', ['=', 'a', '1'], ['=', 'b', '2']]],
  ['a = 1 or b = 2', ['or', ['=', 'a', '1'], ['=', 'b', '2']]],
  ['a = 1 or b = 2 and c = 3', ['or', ['=', 'a', '1'], ['and', ['=', 'b', '2'], ['=', 'c', '3']]]],
  ['a = 1 and b = 2 or c = 3', ['or', ['and', ['=', 'a', '1'], ['=', 'b', '2']], ['=', 'c', '3']]],
  [
    '(a = 1 or b = 2) and c = 3',
    ['and', ['or', ['=', 'a', '1'], ['=', 'b', '2']], ['=', 'c', '3']]
  ],
  ['a = 1 and b = 2 and c = 3', ['and', ['=', 'a', '1'], ['=', 'b', '2'], ['=', 'c', '3']]],
  ['not a = 1', ['not', ['=', 'a', '1']]],
  ['not not a = 1', ['not', ['not', ['=', 'a', '1']]]],
  ['not a = 1 and b = 2', ['and', ['not', ['=', 'a', '1']], ['=', 'b', '2']]],
  ['not (a = 1 and b = 2)', ['not', ['and', ['=', 'a', '1'], ['=', 'b', '2']]]],
  ['((a = 1))', ['=', 'a', '1']],
  ['a is null', ['null', 'a']],
  ['a is not null', ['not', ['null', 'a']]],
  ['not a is null', ['not', ['null', 'a']]],
  ['a in (1, 2)', ['or', ['=', 'a', '1'], ['=', 'a', '2']]],
  ['a not in (1, 2)', ['not', ['or', ['=', 'a', '1'], ['=', 'a', '2']]]],
  ['a in $user.x', ['=', 'a', '$user.x']],
  ['a not in $user.x', ['not', ['=', 'a', '$user.x']]],
  ['a in (select b from C)', ['in', 'a', '(select …)']],
  ['a not in (select b from C)', ['not', ['in', 'a', '(select …)']]],
  ["a like 'x%'", ['like', 'a', "'x%'"]],
  ["a not like 'x%'", ['not', ['like', 'a', "'x%'"]]],
  ["a like 'x!%' escape '!'", ['like', 'a', "'x!%'", '!']],
  ["a like 'x' escape '😀'", ['like', 'a', "'x'", '😀']],
  ['a between 1 and 2', ['between', 'a', '1', '2']],
  ['a not between 1 and 2', ['not', ['between', 'a', '1', '2']]],
  ['a between 1 and 2 and b = 3', ['and', ['between', 'a', '1', '2'], ['=', 'b', '3']]],
  ['exists a.b', ['exists', 'a.b']],
  ['not exists a.b', ['not', ['exists', 'a.b']]],
  ['exists a and b = 1', ['and', ['exists', 'a'], ['=', 'b', '1']]],
  ['a', ['bare', 'a']],
  ['startswith(a, b)', ['bare', 'startswith(a, b)']],
  ['a + 1 = b - 2', ['=', 'a + 1', 'b - 2']],
  ['a || b = c', ['=', 'a || b', 'c']],
  ['a + 1 between b and c * 2', ['between', 'a + 1', 'b', 'c * 2']],
  ['case when a = 1 then 2 else 3 end = 2', ['=', 'case when a = 1 then 2 else 3 end', '2']]
])('%s', (condition, expected) => {
  expect(tree(parsed(condition))).toEqual(expected)
})

test('keywords are such in any case', () => {
  const tokens = (text: string): Token[] =>
    text.split(' ').map((word) => (/^[a-z]$/.test(word) ? { ref: [word] } : word))
  for (const text of ['a LIKE b', 'a Like b'])
    expect(tree(parseCondition(tokens(text)))).toEqual(['like', 'a', 'b'])
  expect(tree(parseCondition(tokens('NOT a IS NOT null')))).toEqual(['not', ['not', ['null', 'a']]])
  expect(tree(parseCondition(tokens('EXISTS a AND b')))).toEqual([
    'and',
    ['exists', 'a'],
    ['bare', 'b']
  ])
})

test('null can be a word or a value', () => {
  expect(tree(parseCondition([{ ref: ['a'] }, 'is', { val: null }]))).toEqual(['null', 'a'])
  expect(tree(parseCondition([{ ref: ['a'] }, 'is', 'not', { val: null }]))).toEqual([
    'not',
    ['null', 'a']
  ])
})

test('words within "case" belong to it, also in another one', () => {
  const inner: Token[] = [
    'case',
    'when',
    { ref: ['b'] },
    'in',
    { ref: ['c'] },
    'then',
    { val: 1 },
    'end'
  ]
  const tokens: Token[] = ['case', 'when', ...inner, '=', { val: 1 }, 'then', { val: 2 }, 'end']
  expect(tree(parseCondition([...tokens, '>', { val: 1 }]))).toEqual([
    ...['>', 'case when case when b in c then 1 end = 1 then 2 end', '1']
  ])
})

test('every part has the tokens that it was written with', () => {
  const condition = parsed('a = 1 or not b in (2, 3) and c is not null and (d like e or exists f)')
  const written: string[] = []
  const collect = (each: Condition) => {
    written.push(`${each.kind}: ${printCondition(each.tokens)}`)
    if (each.kind === 'and' || each.kind === 'or') each.parts.forEach(collect)
    if (each.kind === 'not') collect(each.part)
  }
  collect(condition)
  expect(written).toEqual([
    'or: a = 1 or not b in (2, 3) and c is not null and (d like e or exists f)',
    'compare: a = 1',
    'and: not b in (2, 3) and c is not null and (d like e or exists f)',
    'not: not b in (2, 3)',
    'or: b in (2, 3)',
    'compare: b = 2',
    'compare: b = 3',
    'not: c is not null',
    'null: c is null',
    'or: (d like e or exists f)',
    'like: d like e',
    'exists: exists f'
  ])
})

test.each([
  ['a between 1 and 2', 'between: a between 1 and 2'],
  ['a not between 1 and 2', 'not: a not between 1 and 2'],
  ['a in $user.x', 'compare: a in $user.x'],
  ['a in (select b from C)', 'in: a in (select …)'],
  ['startswith(a, b)', 'bare: startswith(a, b)'],
  ["a like b escape '!'", "like: a like b escape '!'"]
])('%s has its own tokens', (condition, expected) => {
  const { kind, tokens } = parsed(condition)
  expect(`${kind}: ${printCondition(tokens)}`).toBe(expected)
})

describe('what is no condition is refused, and the message says at what', () => {
  const a = { ref: ['a'] }
  test.each<[string, readonly Token[], string]>([
    ['nothing', [], 'its operands'],
    ['no operand', ['=', a], '"="'],
    ['no second operand', [a, '='], 'its operands'],
    ['an operator of its own', [a, '=', 'and', a], '"and"'],
    ['not before a comparison', [a, 'not', '=', a], '"not"'],
    ['not behind an operand', [a, 'not'], '"not"'],
    ['two comparisons in a row', [a, '=', a, '=', a], '"="'],
    ['something behind it', [a, '=', a, 'exists', a], '"exists"'],
    ['between without and', [a, 'between', a, 'or', a], '"between"'],
    ['is without null', [a, 'is', a], 'its operands'],
    ['is with another word', [a, 'is', 'true'], '"true"'],
    ['is not with nothing', [a, 'is', 'not'], 'its operands'],
    ['exists without a path', ['exists', 'not'], '"not"'],
    ['in without a list', [a, 'in'], 'its operands'],
    ['a long escape', [a, 'like', a, 'escape', { val: '!!' }], '"escape"'],
    ['an empty escape', [a, 'like', a, 'escape', { val: '' }], '"escape"'],
    ['an escape that is no text', [a, 'like', a, 'escape', { val: 1 }], '"escape"'],
    ['an escape that is no value', [a, 'like', a, 'escape', a], '"escape"']
  ])('%s', (_, tokens, culprit) => {
    const error = (() => {
      try {
        return parseCondition(tokens)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(UnsafeCondition)
    expect(error).toMatchObject({
      name: 'UnsafeCondition',
      reason: `${culprit} is not understood together with $user`,
      advice: 'use comparisons, in, like, between, is null and exists, joined by and, or, not',
      message: expect.stringContaining(`${culprit} is not understood together with $user: use`)
    })
  })
})

describe('a condition as text, for messages', () => {
  test.each<[Expression | string, string]>([
    [{ ref: ['a', 'b'] }, 'a.b'],
    [{ ref: ['a', { id: 'b' }, 'c'] }, 'a.b.c'],
    [{ ref: [{ id: 'a', where: [{ ref: ['x'] }, '=', { val: 1 }] }, 'b'] }, 'a[x = 1].b'],
    [{ val: "O'Neill's" }, "'O''Neill''s'"],
    [{ val: 5 }, '5'],
    [{ val: null }, 'null'],
    [{ val: false }, 'false'],
    [{ xpr: [{ ref: ['a'] }, '+', { val: 1 }] }, '(a + 1)'],
    [{ func: 'f' }, 'f()'],
    [{ func: 'f', args: [{ ref: ['a'] }, { val: 'x' }] }, "f(a, 'x')"],
    [{ list: [{ val: 1 }, { val: 'x' }] }, "(1, 'x')"],
    [{ SELECT: {} }, '(select …)'],
    ['and', 'and']
  ])('%j: %s', (token, expected) => {
    expect(printCondition([token])).toBe(expected)
    expect(printCondition(['not', token])).toBe(`not ${expected}`)
  })
})

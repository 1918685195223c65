import { UnsafeCondition } from '../../../../../src/restrictions/condition/unsafe.js'
import { normalized } from '../../support/normalized.js'
import type { Scope } from '../../../../../src/restrictions/condition/normalize/scope.js'

const remote = { remote: true }
/** Only if the user has a value. */
const PRESENT = "($user.x|Integer|present = '1')"

describe('a comparison with the user', () => {
  const LIST = '(level in $user.x|Integer|list)'
  const DIFFERENT = `(${PRESENT} and (level != null) and (not ${LIST}))`
  const OR_NULL = `(${PRESENT} and ((level = null) or (not ${LIST})))`

  test.each([
    ['=', LIST, DIFFERENT],
    ['==', LIST, OR_NULL],
    ['<>', DIFFERENT, LIST],
    ['!=', OR_NULL, LIST],
    ['<', '(level < $user.x|Integer|max)', '(level >= $user.x|Integer|max)'],
    ['<=', '(level <= $user.x|Integer|max)', '(level > $user.x|Integer|max)'],
    ['>', '(level > $user.x|Integer|min)', '(level <= $user.x|Integer|min)'],
    ['>=', '(level >= $user.x|Integer|min)', '(level < $user.x|Integer|min)']
  ])('level %s $user.x, and its negation', (operator, form, negated) => {
    expect(normalized(`level ${operator} $user.x`)).toBe(form)
    expect(normalized(`not level ${operator} $user.x`)).toBe(negated)
    expect(normalized(`not (not level ${operator} $user.x)`)).toBe(form)
    const flipped = operator.replace(/[<>](?=$|=)/, (sign) => (sign === '<' ? '>' : '<'))
    const exchanged = operator === '<>' ? operator : flipped
    expect(normalized(`$user.x ${exchanged} level`)).toBe(form)
    const asOData = (text: string) => text.replace('level in', 'level =')
    expect(normalized(`level ${operator} $user.x`, remote)).toBe(asOData(form))
    expect(normalized(`not level ${operator} $user.x`, remote)).toBe(asOData(negated))
  })

  test.each([
    ['level in $user.x', LIST],
    ['level not in $user.x', DIFFERENT],
    ['level between 1 and $user.x', '(level >= 1) and (level <= $user.x|Integer|max)'],
    ['not level between $user.x and 9', '(level < $user.x|Integer|min) or (not (level <= 9))'],
    ['level + 1 > $user.x', '((level + 1) > $user.x|Double|min)'],
    ['(level) > $user.x', '(level > $user.x|Integer|min)'],
    ['name = $user', '(name in $user.id|String|list)'],
    ['name = $user.id', '(name in $user.id|String|list)'],
    ['name = $user.tenant', '(name in $user.tenant|String|list)'],
    ['name = $user.a.b', '(name in $user.a.b|String|list)'],
    ['flag = $user.x', '(flag in $user.x|Boolean|list)'],
    ['since >= $user.x', '(since >= $user.x|Date|min)'],
    ['at.place = $user.x', '(at_place in $user.x|String|list)'],
    ['at_code = $user.x', '(at_code in $user.x|Integer|list)'],
    ['length(name) > $user.x', '(length(name) > $user.x|Integer|min)'],
    ['round(level) > $user.x', '(round(level) > $user.x|Double|min)'],
    ["name || 'x' = $user.x", "((name || 'x') in $user.x|String|list)"],
    ['$now > $user.x', '($now > $user.x|Timestamp|min)']
  ])('%s: %s', (condition, form) => {
    expect(normalized(condition)).toBe(form)
  })

  test('gets functions of the user from the database where it compares texts', () => {
    const texts = '((name = $user.tolower(x)|String|list|texts))'
    expect(normalized('name = tolower($user.x)')).toBe(texts)
    expect(normalized('name <> tolower($user.x)')).toBe(
      `(($user.tolower(x)|String|present = '1') and (name != null) and (not ${texts}))`
    )
    expect(normalized('name < trim(toupper($user.x))')).toBe(
      "(($user.trim(toupper(x))|String|present = '1') and (name < $user.trim(toupper(x))|String|max|texts))"
    )
    expect(normalized('level = trim($user.x)')).toBe('(level in $user.trim(x)|Integer|list)')
    expect(normalized('name = tolower($user.x)', remote)).toBe(
      '(name = $user.tolower(x)|String|list)'
    )
  })
})

describe('conditions together', () => {
  test.each([
    ["name = 'a'", "name = 'a'"],
    ["not name = 'a'", "not name = 'a'"],
    ["name = 'a' and level > $user.x", "(name = 'a') and (level > $user.x|Integer|min)"],
    ["name = 'a' or level > $user.x", "(name = 'a') or (level > $user.x|Integer|min)"],
    [
      "not (name = 'a' and level > $user.x)",
      "(not (name = 'a')) or (level <= $user.x|Integer|min)"
    ],
    [
      "not (name = 'a' or level > $user.x)",
      "(not (name = 'a')) and (level <= $user.x|Integer|min)"
    ],
    [
      "name = 'a' and (flag = true or level > $user.x)",
      "(name = 'a') and ((flag = true) or (level > $user.x|Integer|min))"
    ]
  ])('%s: %s', (condition, form) => {
    expect(normalized(condition)).toBe(form)
  })

  test('on nothing but the user are one attribute', () => {
    const tokens = '[{"ref":["$user","x"]},"=",{"val":5}]'
    expect(normalized('$user.x = 5')).toBe(`$user.true|${tokens} = '1'`)
    expect(normalized('level = 1 and not $user.x = 5')).toBe(
      `(level = 1) and ($user.true|["not",${tokens.slice(1)} = '1')`
    )
    expect(normalized('not (level = 1 or $user.x = 5)')).toBe(
      `(not (level = 1)) and ($user.false|${tokens} = '1')`
    )
  })

  test('without $user are what they are, for a remote service without "is"', () => {
    expect(normalized('site.plant = name and level = 1', { entity: undefined })).toBe(
      'site.plant = name and level = 1'
    )
    const nulls = 'level is null or (name is not null and not (flag is null))'
    expect(normalized(nulls)).toBe(nulls)
    expect(normalized(nulls, remote)).toBe('level = null or (name != null and not (flag = null))')
    expect(normalized(`not (${nulls})`, remote)).toBe(
      'not (level = null or (name != null and not (flag = null)))'
    )
  })
})

describe('a pattern of the user', () => {
  const PRESENT = "($user.x|String|present = '1') and (name != null)"
  const match = (kind: string, escape: string) =>
    `(matchesPattern(name, $user.x|String|["${kind}",${escape},"Rows",[{"ref":["name"]}]]))`

  test.each([
    ['name like $user.x', 'like', 'null'],
    ["name like $user.x escape '!'", 'like', '"!"'],
    ['startswith(name, $user.x)', 'startswith', 'null'],
    ['EndsWith(name, $user.x)', 'endswith', 'null'],
    ['contains(name, $user.x)', 'contains', 'null']
  ])('%s', (condition, kind, escape) => {
    expect(normalized(condition)).toBe(`(${PRESENT} and ${match(kind, escape)})`)
    expect(normalized(`not (${condition})`)).toBe(`(${PRESENT} and (not ${match(kind, escape)}))`)
    expect(() => normalized(condition, remote)).toThrow(
      new UnsafeCondition(
        `${kind} on a remote entity`,
        'compare with =, !=, <, <=, >, >= or in; OData has no pattern that may have several values'
      )
    )
  })

  test('belongs to no entity where there is none', () => {
    const scanned = (text: string, changes?: Partial<Scope>) =>
      /\|(\[.*\])\)/.exec(normalized(text, changes))?.[1]
    expect(scanned('name like $user.x', { entity: undefined })).toBe(
      '["like",null,null,[{"ref":["name"]}]]'
    )
    expect(scanned('tolower(name) like $user.x')).toBe(
      '["like",null,"Rows",[{"func":"tolower","args":[{"ref":["name"]}]}]]'
    )
  })
})

import { patternIndex } from '../../../../../src/restrictions/condition/patterns/pattern-index.js'
import {
  necessaryPart,
  onlyText,
  textPattern
} from '../../../../../src/restrictions/condition/patterns/text-pattern.js'
import { isTrueForAll, Turns } from '../../../../../src/lib/turns.js'

describe('what every text has that a pattern matches', () => {
  test.each([
    ['abc', 'abc'],
    ['a%bcd%e', 'bcd'],
    ['%', ''],
    ['_', ''],
    ['a_bc', 'bc'],
    ['ab_c%d', 'ab'],
    ['', '']
  ])('%j: %j', (text, part) => {
    expect(necessaryPart(textPattern('like', text))).toBe(part)
  })

  test('is the text itself, if it is the only one', () => {
    expect(onlyText(textPattern('like', 'abc'))).toBe('abc')
    expect(onlyText(textPattern('like', 'a!%', '!'))).toBe('a%')
    for (const text of ['a%', 'a_']) expect(onlyText(textPattern('like', text))).toBeUndefined()
    expect(onlyText(textPattern('startswith', 'a'))).toBeUndefined()
  })
})

describe('many patterns', () => {
  const patterns = ['Ulm', 'B%n', 'x_z', '%', ''].slice(0, 3)

  test('match a text that one of them matches', async () => {
    const index = patternIndex('like', patterns)
    for (const [text, expected] of [
      ['Ulm', true],
      ['ulm', false],
      ['Bonn', true],
      ['xyz', true],
      ['xz', false],
      ['', false],
      ['Ul', false]
    ] as const) {
      expect([text, index.matches(text)]).toEqual([text, expected])
      expect([text, await index.matchesInTurns(text, new Turns())]).toEqual([text, expected])
    }
    expect(index.size).toBe(3)
  })

  test('with nothing in common with a text that is longer than what is looked up', () => {
    const long = 'a'.repeat(50)
    const index = patternIndex('like', [`${long}%`, 'b%'])
    expect(index.matches(`${long}c`)).toBe(true)
    expect(index.matches(`${'a'.repeat(49)}c`)).toBe(false)
    expect(index.matches('bc')).toBe(true)
  })

  test('are parsed when the first text comes, once', () => {
    const first = patternIndex('like', ['q%'])
    expect(patternIndex('like', ['q%'])).toBe(first)
    expect(patternIndex('contains', ['q%'])).not.toBe(first)
    expect(patternIndex('like', ['q%'], '!')).not.toBe(first)
    expect(patternIndex('like', ['q%', 'r'])).not.toBe(first)
  })

  test('are kept for the last users', () => {
    const first = patternIndex('like', ['kept'])
    for (let n = 0; n < 30; n++) patternIndex('like', [`other ${String(n)}`])
    expect(patternIndex('like', ['kept'])).not.toBe(first)
  })

  test('of one text, or of several of which one is enough', () => {
    const index = patternIndex('like', patterns, '?')
    expect(index.matchesOne(['x', 'Ulm'])).toBe(true)
    expect(index.matchesOne(['x', 'y'])).toBe(false)
    expect(index.matchesOne([])).toBe(false)
  })

  test('have the same outcome when it was found out before', async () => {
    const index = patternIndex('like', patterns, '#')
    const texts = ['x', 'Ulm']
    await index.compareInTurns(texts)
    await index.compareInTurns(['x', 'y'])
    const compare = jest.spyOn(index, 'matches')
    expect(index.matchesOne([...texts])).toBe(true)
    expect(index.matchesOne(['x', 'y'])).toBe(false)
    expect(compare).not.toHaveBeenCalled()
    expect(index.matchesOne(['Ulm', 'x'])).toBe(true)
    expect(compare).toHaveBeenCalled()
  })

  test('that take long let others work meanwhile', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => `%a${String(n)}%b`)
    const index = patternIndex('like', many)
    let others = 0
    const ticks = setInterval(() => others++, 1)
    const text = many.slice(0, 3000).join('').replaceAll('%', '')
    expect(await index.matchesInTurns(text, new Turns())).toBe(true)
    expect(await index.matchesInTurns(`${text}x`, new Turns())).toBe(false)
    clearInterval(ticks)
    expect(others).toBeGreaterThan(0)
  })
})

describe('a test of many', () => {
  test('is true if it is for all, and stops at the first for which it is not', async () => {
    const seen: number[] = []
    const below = (limit: number) => (n: number) => {
      seen.push(n)
      return n < limit
    }
    expect(await isTrueForAll([1, 2, 3], below(9))).toBe(true)
    expect(await isTrueForAll([], below(0))).toBe(true)
    expect(seen.splice(0)).toEqual([1, 2, 3])
    expect(await isTrueForAll([1, 2, 3], below(2))).toBe(false)
    expect(seen).toEqual([1, 2])
  })

  test('lets others work when it takes long', async () => {
    let others = 0
    setImmediate(() => others++)
    const busy = () => {
      const end = performance.now() + 12
      while (performance.now() < end);
      return true
    }
    await isTrueForAll([1], busy)
    expect(others).toBe(0)
    await isTrueForAll([1, 2], busy)
    expect(others).toBe(1)
  })

  test('has its time again after a turn', async () => {
    const turns = new Turns()
    const end = performance.now() + 12
    while (performance.now() < end);
    expect(turns.isOver).toBe(true)
    await turns.pass()
    expect(turns.isOver).toBe(false)
  })
})

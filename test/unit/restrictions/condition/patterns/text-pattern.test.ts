import fc from 'fast-check'

import { patternIndex } from '../../../../../src/restrictions/condition/patterns/pattern-index.js'
import {
  expressionOf,
  globOf,
  likeOf,
  matchesText,
  type PatternKind,
  textPattern
} from '../../../../../src/restrictions/condition/patterns/text-pattern.js'

/** SQL's `like`, character by character: the specification. */
function like(text: string[], pattern: string[], escape?: string): boolean {
  const [first, ...rest] = pattern
  if (first === undefined) return text.length === 0
  if (first === escape && rest.length)
    return text[0] === rest[0] && like(text.slice(1), rest.slice(1), escape)
  if (first === '%')
    return like(text, rest, escape) || (text.length > 0 && like(text.slice(1), pattern, escape))
  return (
    text.length > 0 && (first === '_' || first === text[0]) && like(text.slice(1), rest, escape)
  )
}

const characters = fc.constantFrom(
  'a',
  'b',
  '%',
  '_',
  '\\',
  '!',
  '*',
  '?',
  '[',
  ']',
  '\u2028',
  '\n',
  '😀',
  'é',
  '.'
)
const texts = fc.array(characters, { maxLength: 8 }).map((all) => all.join(''))

const matches = (pattern: string, text: string, kind: PatternKind = 'like', escape?: string) =>
  matchesText(textPattern(kind, pattern, escape), text)

describe('a pattern', () => {
  test('matches as in SQL, whatever characters there are', () => {
    fc.assert(
      fc.property(
        texts,
        texts,
        fc.constantFrom(undefined, '!', '\\', '%'),
        (text, pattern, escape) => {
          expect(matches(pattern, text, 'like', escape)).toBe(
            like(Array.from(text), Array.from(pattern), escape)
          )
        }
      ),
      { numRuns: 3000 }
    )
  })

  test('matches as in SQL, for all short patterns and texts', () => {
    const all = (characters: string, length: number): string[] =>
      length === 0
        ? ['']
        : [
            '',
            ...all(characters, length - 1).flatMap((rest) =>
              Array.from(characters).map((c) => c + rest)
            )
          ]
    const short = new Set(all('ab', 5))
    const wrong = [...new Set(all('ab%_', 5))].flatMap((pattern) =>
      [...short]
        .filter((text) => matches(pattern, text) !== like(Array.from(text), Array.from(pattern)))
        .map((text) => [pattern, text])
    )
    expect(wrong).toEqual([])
  })

  test('is the same as a regular expression, for databases that have nothing better', () => {
    fc.assert(
      fc.property(texts, texts, (text, pattern) => {
        const withoutLineEnds = (all: string) => all.replaceAll('\u2028', '\n')
        const [a, b] = [withoutLineEnds(text), withoutLineEnds(pattern)]
        const expression = new RegExp(expressionOf([textPattern('like', b)]), 'u')
        expect(expression.test(a)).toBe(matches(b, a))
      })
    )
  })

  test('for the beginning, the end or a part of a text has no wildcards', () => {
    fc.assert(
      fc.property(texts, texts, (text, part) => {
        expect(matches(part, text, 'startswith')).toBe(text.startsWith(part))
        expect(matches(part, text, 'endswith')).toBe(text.endsWith(part))
        expect(matches(part, text, 'contains')).toBe(text.includes(part))
      })
    )
  })

  test('is written for databases with what stands for itself protected', () => {
    expect(globOf(textPattern('like', 'a%b_*?[]'))).toBe('a*b?[*][?][[]]')
    expect(likeOf(textPattern('contains', '50%_\\'))).toBe('%50\\%\\_\\\\%')
    expect(likeOf(textPattern('like', '5!%%', '!'))).toBe('5\\%%')
  })

  test.each(['%a%a%a%a%b', '%a_a%a_a%a_b', '%a%_%a%_%a%_%b'])(
    'takes no time worth mentioning for a long text: %s',
    (pattern) => {
      const start = performance.now()
      for (let i = 0; i < 100; i++) expect(matches(pattern, 'a'.repeat(5000))).toBe(false)
      expect(performance.now() - start).toBeLessThan(5000)
    }
  )
})

describe('many patterns', () => {
  test('match what one of them matches', () => {
    fc.assert(
      fc.property(
        fc.array(texts),
        texts,
        fc.constantFrom(undefined, '!'),
        (patterns, text, escape) => {
          expect(patternIndex('like', patterns, escape).matches(text)).toBe(
            patterns.some((pattern) => matches(pattern, text, 'like', escape))
          )
        }
      ),
      { numRuns: 1000 }
    )
  })
})

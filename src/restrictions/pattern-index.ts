import {
  matchesText,
  necessaryPart,
  type PatternKind,
  type TextPattern,
  textPattern
} from './text-pattern.js'

/** How many characters of a part are looked up. */
const LENGTHS = [1, 2, 3]

/** Many patterns, of which only those are compared with a text that have a part in common with it. */
export class PatternIndex {
  readonly #byPart = new Map<string, TextPattern[]>()
  readonly #others: TextPattern[] = []

  constructor(patterns: Iterable<TextPattern>) {
    for (const pattern of patterns) {
      const part = necessaryPart(pattern).slice(0, LENGTHS.length)
      const same = part ? (this.#byPart.get(part) ?? []) : this.#others
      same.push(pattern)
      if (part) this.#byPart.set(part, same)
    }
  }

  /** True if one of the patterns matches the text. */
  matches(text: string): boolean {
    for (const pattern of this.candidates(text)) if (matchesText(pattern, text)) return true
    return false
  }

  /** Patterns that may match a text. */
  *candidates(text: string): Generator<TextPattern> {
    yield* this.#others
    const seen = new Set<string>()
    for (let at = 0; at < text.length; at++) {
      for (const length of LENGTHS) {
        const part = text.slice(at, at + length)
        if (part.length < length || seen.has(part)) continue
        seen.add(part)
        yield* this.#byPart.get(part) ?? []
      }
    }
  }
}

const known = new Map<string, PatternIndex>()
/** Users at a time. */
const KEPT = 20

/** The patterns of a user, ready to be compared: one request may do that with thousands of records. @internal */
export function patternIndex(
  kind: PatternKind,
  texts: readonly string[],
  escape?: string
): PatternIndex {
  const key = JSON.stringify([kind, escape, texts])
  const index =
    known.get(key) ?? new PatternIndex(texts.map((text) => textPattern(kind, text, escape)))
  if (known.size >= KEPT && !known.has(key)) known.clear()
  known.set(key, index)
  return index
}

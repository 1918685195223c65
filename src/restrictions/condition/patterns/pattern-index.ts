import {
  matchesText,
  necessaryPart,
  type PatternKind,
  type TextPattern,
  textPattern
} from './text-pattern.js'
import { Turns } from '../../../lib/turns.js'

/** Characters of a part that are looked up, at most. */
const LONGEST = 40

/** Many patterns, of which only those are compared with a text that have a part in common with it. */
export class PatternIndex {
  readonly #byPart = new Map<string, TextPattern[]>()
  readonly #lengths = new Set<number>()
  readonly #others: TextPattern[] = []
  readonly #texts: readonly string[]
  readonly #parse: (text: string) => TextPattern
  /** Number of patterns that are parsed; parsing begins with the first text that is compared. */
  #parsed = 0
  /** Lists of texts that were compared in turns. */
  readonly #known = new Map<string, boolean>()

  constructor(texts: readonly string[], parse: (text: string) => TextPattern) {
    this.#texts = texts
    this.#parse = parse
  }

  /** The number of patterns. */
  get size(): number {
    return this.#texts.length
  }

  /** True if one of the patterns matches the text. */
  matches(text: string): boolean {
    while (this.#parsed < this.size) this.#takeNext()
    for (const pattern of this.#candidates(text)) if (matchesText(pattern, text)) return true
    return false
  }

  /** Does the same in steps, so that other requests get their turn meanwhile. */
  async matchesInTurns(text: string, turns: Turns): Promise<boolean> {
    while (this.#parsed < this.size) {
      if (turns.isOver) await turns.pass()
      this.#takeNext()
    }
    if (turns.isOver) await turns.pass()
    for (const pattern of this.#candidates(text)) {
      if (turns.isOver) await turns.pass()
      if (matchesText(pattern, text)) return true
    }
    return false
  }

  /** True if one of the patterns matches one of the texts. */
  matchesOne(texts: readonly string[]): boolean {
    const known = this.#known.size ? this.#known.get(JSON.stringify(texts)) : undefined
    return known ?? texts.some((text) => this.matches(text))
  }

  /** Finds out what {@link matchesOne} returns then; other requests get their turn meanwhile. */
  async compareInTurns(texts: readonly string[]): Promise<void> {
    const key = JSON.stringify(texts)
    if (this.#known.has(key)) return
    const turns = new Turns()
    let match = false
    for (const text of texts) match ||= await this.matchesInTurns(text, turns)
    this.#known.set(key, match)
  }

  #takeNext(): void {
    const pattern = this.#parse(this.#texts[this.#parsed++] ?? '')
    const part = necessaryPart(pattern).slice(0, LONGEST)
    const same = part ? (this.#byPart.get(part) ?? []) : this.#others
    same.push(pattern)
    if (part) this.#byPart.set(part, same)
    if (part) this.#lengths.add(part.length)
  }

  /** Patterns that may match a text. */
  *#candidates(text: string): Generator<TextPattern> {
    yield* this.#others
    for (const length of this.#lengths) {
      const seen = new Set<string>()
      for (let at = 0; at + length <= text.length; at++) {
        const part = text.slice(at, at + length)
        const patterns = this.#byPart.get(part)
        if (!patterns || seen.has(part)) continue
        seen.add(part)
        yield* patterns
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
  const parse = (text: string) => textPattern(kind, text, escape)
  const index = known.get(key) ?? new PatternIndex(texts, parse)
  if (known.size >= KEPT && !known.has(key)) known.clear()
  known.set(key, index)
  return index
}

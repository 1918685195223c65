/** Ways to compare text with a pattern. */
export type PatternKind = 'like' | 'startswith' | 'endswith' | 'contains'

/** One character of a pattern, by code point; `undefined` stands for any one. */
type Character = string | undefined

/** A pattern: pieces in this order, with any text between one and the next. One piece is the whole. */
export interface TextPattern {
  /** The pieces as strings, unless a character is left open. */
  readonly literals?: readonly string[]
  readonly pieces?: readonly (readonly Character[])[]
}

/** @internal */
export function isPatternKind(name: string): name is PatternKind {
  return ['like', 'startswith', 'endswith', 'contains'].includes(name)
}

/**
 * Parses a pattern as in standard SQL: `%` is any text, `_` one character. Upper and lower case differ, and no character
 * escapes others unless there is an `escape`. For the other kinds all characters stand for themselves.
 *
 * @internal
 */
export function textPattern(kind: PatternKind, text: string, escape = ''): TextPattern {
  if (kind === 'startswith') return { literals: [text, ''] }
  if (kind === 'endswith') return { literals: ['', text] }
  if (kind === 'contains') return { literals: ['', text, ''] }
  if (!escape && !text.includes('_')) return { literals: text.split('%') }
  const pieces = piecesOf(Array.from(text), escape)
  if (pieces.some((piece) => piece.includes(undefined))) return { pieces }
  return { literals: pieces.map((piece) => piece.join('')) }
}

function piecesOf(characters: readonly string[], escape: string): Character[][] {
  let piece: Character[] = []
  const pieces = [piece]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]
    if (character === escape && at + 1 < characters.length) piece.push(characters[++at])
    else if (character === '%') pieces.push((piece = []))
    else piece.push(character === '_' ? undefined : character)
  }
  return pieces
}

/** The only text that a pattern matches, if there is one. @internal */
export function onlyText({ literals }: TextPattern): string | undefined {
  return literals?.length === 1 ? literals[0] : undefined
}

/** True if the text as a whole matches. Takes time in proportion to the text, at most times the pattern. @internal */
export function matchesText({ literals, pieces = [] }: TextPattern, text: string): boolean {
  return literals ? matchesLiterals(literals, text) : matchesPieces(pieces, Array.from(text))
}

/** Any part of a text that every text has which the pattern matches: the longest one that is known. @internal */
export function necessaryPart({ literals, pieces = [] }: TextPattern): string {
  const parts = literals ?? pieces.flatMap(runs)
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '')
}

function runs(piece: readonly Character[]): string[] {
  const found = ['']
  for (const character of piece) {
    if (character === undefined) found.push('')
    else found.push(`${found.pop() ?? ''}${character}`)
  }
  return found
}

function matchesLiterals(literals: readonly string[], text: string): boolean {
  const [first = '', last = ''] = [literals[0], literals.at(-1)]
  if (literals.length === 1) return text === first
  if (text.length < first.length + last.length) return false
  if (!text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  for (let i = 1; i < literals.length - 1; i++) {
    const literal = literals[i] ?? ''
    const found = text.indexOf(literal, at)
    if (found < 0 || found + literal.length > end) return false
    at = found + literal.length
  }
  return true
}

/** One piece after the other, each as early as possible; the last one at the end. */
function matchesPieces(
  pieces: readonly (readonly Character[])[],
  text: readonly string[]
): boolean {
  const [first = [], last = []] = [pieces[0], pieces.at(-1)]
  if (pieces.length === 1) return text.length === first.length && isAt(first, text, 0)
  const end = text.length - last.length
  if (end < first.length || !isAt(first, text, 0) || !isAt(last, text, end)) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    while (at + piece.length <= end && !isAt(piece, text, at)) at++
    if (at + piece.length > end) return false
    at += piece.length
  }
  return true
}

function isAt(piece: readonly Character[], text: readonly string[], at: number): boolean {
  return piece.every(
    (character, index) => character === undefined || character === text[at + index]
  )
}

/** Renders a pattern for `glob` of SQLite, where upper and lower case differ, unlike in its `like`. @internal */
export function globOf(pattern: TextPattern): string {
  return rendered(pattern, '*', '?', (character) =>
    '*?['.includes(character) ? `[${character}]` : character
  )
}

/** Renders a pattern for `like` with a backslash as escape character, which is PostgreSQL's default. @internal */
export function likeOf(pattern: TextPattern): string {
  return rendered(pattern, '%', '_', (character) =>
    '%_\\'.includes(character) ? `\\${character}` : character
  )
}

/** Renders patterns as one regular expression, which matches what one of them matches. @internal */
export function expressionOf(patterns: readonly TextPattern[]): string {
  if (!patterns.length) return '$a' // matches no text at all
  const any = '(.|\\n|\\r)' // the dot stops at line ends
  const each = patterns.map((pattern) =>
    rendered(pattern, `${any}*`, any, (c) => ('\\^$.*+?()[]{}|'.includes(c) ? `\\${c}` : c))
  )
  return `^(${each.join('|')})$`
}

function rendered(
  { literals = [], pieces = literals.map((text) => Array.from(text)) }: TextPattern,
  any: string,
  one: string,
  literal: (character: string) => string
): string {
  const text = (piece: readonly Character[]) =>
    piece.map((character) => (character === undefined ? one : literal(character))).join('')
  return pieces.map(text).join(any)
}

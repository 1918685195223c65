/**
 * The regular expression of a `like` pattern: `%` is any text, `_` one character. Upper and lower case differ, as in
 * standard SQL.
 *
 * @internal
 */
export function likePattern(pattern: string): string {
  const parts = Array.from(pattern, (character) => WILDCARDS[character] ?? literally(character))
  return parts.join('')
}

/** Text that stands for itself, in a regular expression. @internal */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}

/** One expression for all: the text matches one of them, as a whole. @internal */
export function anyOf(patterns: readonly string[]): string {
  return patterns.length ? `^(${patterns.join('|')})$` : NOTHING
}

/** JavaScript's dot stops at line ends. */
const ANY = '(.|\\n|\\r)'
const WILDCARDS: Record<string, string> = { '%': `${ANY}*`, _: ANY }
/** Matches no text at all. */
const NOTHING = '$a'

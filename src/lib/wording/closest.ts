import { distance } from 'fastest-levenshtein'

/**
 * Length up to which a name is short: a similar name has to begin with the same letter, as too many
 * words are near.
 */
const SHORT = 5

/**
 * Returns the known name that a misspelt one stands for: another case, other separators, or one or two letters (one in short
 * names, where letters can also be in another order). `undefined` for a known name, and for one that is near to none.
 *
 * @internal
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  if (known.includes(name)) return undefined
  const sameLetters = known.find((each) => lettersOf(each) === lettersOf(name))
  if (sameLetters) return sameLetters
  const near = known
    .map((each) => ({ each, edits: distance(each.toLowerCase(), name.toLowerCase()) }))
    .filter(({ each, edits }) =>
      each.length > SHORT
        ? edits <= 2
        : (edits <= 1 || isReordered(name, each)) &&
          lettersOf(name).startsWith(lettersOf(each).slice(0, 1))
    )
  return near.sort((a, b) => a.edits - b.edits)[0]?.each
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function isReordered(name: string, other: string): boolean {
  const [a, b] = [name, other].map((each) => Array.from(lettersOf(each)).sort().join(''))
  return a === b
}

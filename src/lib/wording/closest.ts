import { distance } from 'fastest-levenshtein'

/**
 * Length up to which a name is short: a similar name has to begin with the same letter, as too many
 * words are near.
 *
 * @internal
 */
export const SHORT = 5

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

/**
 * Returns the known name that another one is but for one letter that is left out, doubled or swapped with the next, or in another case.
 *
 * @internal
 */
export function slipOf(name: string, known: readonly string[]): string | undefined {
  return known.includes(name) ? undefined : known.find((each) => isSlip(lettersOf(name), each))
}

function isSlip(letters: string, known: string): boolean {
  const all = lettersOf(known)
  return Array.from(all).some((letter, i) => {
    const [before, rest] = [all.slice(0, i), all.slice(i + 1)]
    const swapped = before + rest.slice(0, 1) + letter + rest.slice(1)
    return [before + rest, before + letter + letter + rest, swapped, all].includes(letters)
  })
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function isReordered(name: string, other: string): boolean {
  const [a, b] = [name, other].map((each) => Array.from(lettersOf(each)).sort().join(''))
  return a === b
}

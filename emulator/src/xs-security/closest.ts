import { distance } from 'fastest-levenshtein'

/**
 * The name that was probably meant: the one with the fewest edits (Levenshtein), if it is near enough.
 */
export function closest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.ceil(name.length / 2)) + 1
  for (const candidate of candidates) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase())
    if (edits < bestDistance) [best, bestDistance] = [candidate, edits]
  }
  return best
}

/** The word that a misspelled one stands for: another case, `_` instead of `-`, or one or two letters. */
export function misspelled(word: string, words: readonly string[]): string | undefined {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  return words.find(
    (each) => plain(each) === plain(word) || (each.length > 5 && distance(each, word) <= 2)
  )
}

/** Endings of host names, where a name with dots could be one. */
const HOST_ENDING =
  /\.(com|net|org|io|cloud|corp|internal|intern|local|lan|intra|intranet|invalid|example|test|dev|app|info|biz|gov|edu|[a-z]{2})(:\d+)?$/i

const LONGEST_NAME = 100

/** True if a text names a machine, or is an address in any other way. */
export function isHostLike(text: string): boolean {
  return (
    /:\/\/|@|%40|\/\//.test(text) ||
    HOST_ENDING.test(text) ||
    /(^|[^\d])\d{1,3}(\.\d{1,3}){3}($|[^\d])/.test(text) ||
    /^\[?[0-9a-f]*(:[0-9a-f]*){2,}\]?$/i.test(text)
  )
}

/**
 * True if a word cannot be one that a person has chosen as a name: letters and digits mixed, or letters in no case that words
 * have.
 */
export function isRandom(word: string): boolean {
  const letters = word.replace(/[^A-Za-z]/g, '')
  const changes = word.match(/\d+|[A-Za-z]+/g)?.length ?? 0
  if (word.length >= 12 && changes > 2) return true
  if (word.length >= 16 && /\d/.test(word) && letters) return true
  const humps = letters.match(/[A-Z]+[a-z]*|[a-z]+/g) ?? []
  if (letters.length >= 12 && letters.length / humps.length < 3 && /[a-z]/.test(letters))
    return true
  return word.length > 40
}

/** Letters and digits in turn so often that the text is a key, whatever separates its parts. */
function isKeyLike(text: string): boolean {
  const runs = text.replace(/[^A-Za-z0-9]/g, '').match(/\d+|[A-Za-z]+/g)?.length ?? 0
  return (text.length >= 16 && runs > 4) || /[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}/i.test(text)
}

/** True if a text, or a word in it, is a secret or an address. */
export function isSuspicious(text: string): boolean {
  return isHostLike(text) || isKeyLike(text) || text.split(/[^A-Za-z0-9]+/).some(isRandom)
}

/** True if a text can stay as the name of a thing: short, of plain characters, and neither a host nor a secret. */
export function isName(text: unknown): text is string {
  if (typeof text !== 'string' || text.length > LONGEST_NAME) return false
  return /^[A-Za-z][\w .-]*$/.test(text) && !isSuspicious(text)
}

/** What can lead upwards, however it is written. */
const DOTS = /\.\.|%/

/** Encoded: a percent sign, a hexadecimal digit, a dot, a quote. Delimiters stay as they are, and are told by their code. */
const ENCODED = /%(?:25|2e|27|3\d|[46][1-6])/gi

/**
 * Whether a path stays below that of the destination: as the URL parser has normalised it (`..`, `%2e%2e`, `\`), and also
 * for a system behind it that decodes once more, or cuts off parameters (`..%2f`, `..%5c`, `..;x/`). Texts in quotes are
 * values of OData keys, whatever they are made of.
 *
 * @param base - path with one slash at its end
 * @param path - of a URL
 * @see https://url.spec.whatwg.org/#path-state, RFC 3986 section 3.3
 * @internal
 */
export function isBelow(base: string, path: string): boolean {
  if (!path.startsWith(base)) return `${path}/` === base
  return !DOTS.test(path) || !climbs(path.slice(base.length))
}

function climbs(path: string): boolean {
  const decoded = decode(path).replace(/'[^'/]*'/g, "''")
  let depth = 0
  for (const segment of decoded.split(/\/|%2f|%5c/i)) {
    const [name = ''] = segment.split(/;|%3b/i)
    if (name === '..') depth--
    else if (name && name !== '.') depth++
    if (depth < 0) return true
  }
  return false
}

/** Decodes until nothing is left: what is encoded can be the code of something encoded. */
function decode(path: string): string {
  let decoded = path
  let before: string
  do {
    before = decoded
    decoded = decoded.replace(ENCODED, (code) => String.fromCharCode(parseInt(code.slice(1), 16)))
  } while (decoded !== before)
  return decoded
}

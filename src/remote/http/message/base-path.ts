/** Characters that can lead upwards in a path. */
const DOTS = /\.\.|%/

/**
 * Codes of a percent sign, a hexadecimal digit, a dot and a quote. Encoded delimiters are
 * recognized by their codes.
 */
const ENCODED = /%(?:25|2e|27|3\d|[46][1-6])/gi

/**
 * True if a path stays below that of the destination: after the URL parser has normalised it (`..`,
 * `%2e%2e`, `\`), and also in a system that decodes once more, or cuts off parameters (`..%2f`,
 * `..%5c`, `..;x/`). Texts in quotes are values of OData keys.
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

/** Decodes repeatedly, as an encoded character can be part of another code. */
function decode(path: string): string {
  let decoded = path
  let before: string
  do {
    before = decoded
    decoded = decoded.replace(ENCODED, (code) => String.fromCharCode(parseInt(code.slice(1), 16)))
  } while (decoded !== before)
  return decoded
}

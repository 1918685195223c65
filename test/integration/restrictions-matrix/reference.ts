/**
 * What conditions with `$user` mean, over plain objects: the specification that the plugin is compared with. Nothing here
 * comes from the plugin, from CAP or from a database.
 */

/** SQL's three truth values; `null` is unknown. */
export type Truth = true | false | null

export function not(a: Truth): Truth {
  return a === null ? null : !a
}

export function and(...truths: Truth[]): Truth {
  if (truths.some((truth) => truth === false)) return false
  if (truths.some((truth) => truth === null)) return null
  return true
}

export function or(...truths: Truth[]): Truth {
  if (truths.some((truth) => truth === true)) return true
  if (truths.some((truth) => truth === null)) return null
  return false
}

export type Value = string | number | boolean

/** The values of an attribute: null, the empty string and objects are none; a single value is a list of one. */
export function values(attribute: unknown): Value[] {
  const list: unknown[] = Array.isArray(attribute) ? attribute : [attribute]
  return list.filter(
    (value): value is Value =>
      (typeof value === 'string' && value !== '') ||
      (typeof value === 'number' && Number.isFinite(value)) ||
      typeof value === 'boolean'
  )
}

/** Null is an attribute without anything; of one with something that is no value, nobody knows. */
export function isNull(attribute: unknown): Truth {
  if (values(attribute).length) return false
  const nothing: unknown[] = [undefined, null, '']
  return [attribute].flat().every((each) => nothing.includes(each)) || null
}

/** How the values are read for elements of a type; one that does not fit is none. */
export const READ_AS: Record<string, (value: Value) => Value[]> = {
  text: (value) => [String(value)],
  integer: (value) => {
    const digits = /^[+-]?\d+$/.test(String(value))
    return typeof value !== 'boolean' && digits ? [Number(value)] : []
  },
  flag: (value) => (value === true || value === 'true' ? [true] : isFalse(value) ? [false] : []),
  date: (value) => (/^\d{4}-\d\d-\d\d$/.test(String(value)) ? [String(value)] : [])
}

function isFalse(value: Value): boolean {
  return value === false || value === 'false'
}

/** One element against one value. */
export function one(column: Value | null, operator: string, value: Value): Truth {
  if (column === null) return operator === '!=' ? true : operator === '==' ? false : null
  switch (operator) {
    case '=':
    case '==':
      return column === value
    case '!=':
    case '<>':
      return column !== value
    case '<':
      return column < value
    case '<=':
      return column <= value
    case '>':
      return column > value
    case '>=':
      return column >= value
    default:
      throw new Error(operator)
  }
}

/** One element against all values of the user: one has to fit; for the negative operators every one. None: unknown. */
export function against(column: Value | null, operator: string, list: Value[]): Truth {
  if (list.length === 0) return null
  const truths = list.map((value) => one(column, operator, value))
  return operator === '!=' || operator === '<>' ? and(...truths) : or(...truths)
}

/** One element, as text, against a test per value of the user. */
export function text(
  column: string | null,
  list: Value[],
  test: (column: string, value: string) => boolean
): Truth {
  if (list.length === 0 || column === null) return null
  return or(...list.map((value) => test(column, String(value))))
}

/** SQL's `like`. */
export function like(column: string, pattern: string, escape?: string): boolean {
  if (pattern === '') return column === ''
  const [first = '', second] = pattern
  const rest = pattern.slice(first.length)
  if (first === escape && second !== undefined)
    return column.startsWith(second) && like(column.slice(1), rest.slice(1), escape)
  if (first === '%') {
    return like(column, rest, escape) || (column !== '' && like(column.slice(1), pattern, escape))
  }
  const fits = column !== '' && (first === '_' || first === column[0])
  return fits && like(column.slice(1), rest, escape)
}

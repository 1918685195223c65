/** A value that a condition compares with. */
export type Scalar = string | number | boolean

/** Integers that the database's column can hold. */
const INTEGERS: Record<string, readonly [number, number]> = {
  'cds.UInt8': [0, 255],
  'cds.Int16': [-32768, 32767],
  'cds.Int32': [-2147483648, 2147483647],
  'cds.Integer': [-2147483648, 2147483647],
  'cds.Int64': [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  'cds.Integer64': [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
}

type Converter = (value: Scalar) => Scalar | undefined

const CONVERTERS: Record<string, Converter> = {
  'cds.String': text,
  'cds.LargeString': text,
  'cds.UUID': text,
  'cds.Boolean': flag,
  'cds.Decimal': numeric,
  'cds.Double': numeric,
  'cds.Date': (value) => instant(value, /^\d{4}-\d{2}-\d{2}$/)?.slice(0, 10),
  'cds.Time': (value) => (/^([01]\d|2[0-3])(:[0-5]\d){2}$/.test(String(value)) ? value : undefined),
  'cds.DateTime': (value) => instant(value, DATE_TIME)?.replace(/\.\d+Z$/, 'Z'),
  'cds.Timestamp': (value) => instant(value, DATE_TIME),
  ...Object.fromEntries(
    Object.entries(INTEGERS).map(([type, [min, max]]) => [type, integer(min, max)])
  )
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3])(:[0-5]\d){2}(\.\d{1,7})?(Z|[+-]\d{2}:\d{2})$/

/** True if values of attributes can be compared with elements of this type. @internal */
export function isComparable(type: string): boolean {
  return Object.hasOwn(CONVERTERS, type)
}

/**
 * The value as the element's type has it: attributes of a token are strings, elements need not be. A value that the type
 * can't hold is no value: it would match nothing, and some databases would answer with an error.
 *
 * @param type - a built-in type of CDS for which {@link isComparable} holds
 * @internal
 */
export function convert(value: Scalar, type: string): Scalar | undefined {
  return CONVERTERS[type]?.(value)
}

/**
 * Order of two values of one type; strings by code point, as SQLite and PostgreSQL's `C` collation have it.
 *
 * @internal
 */
export function compare(a: Scalar, b: Scalar): number {
  if (typeof a !== 'string' || typeof b !== 'string') return Number(a) - Number(b)
  const length = Math.min(a.length, b.length)
  let at = 0
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  return at === length ? a.length - b.length : rank(a.charCodeAt(at)) - rank(b.charCodeAt(at))
}

/** Halves of characters beyond U+FFFF come after all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

/** The smallest or the greatest value; none of none. @internal */
export function extreme(values: readonly Scalar[], which: 'min' | 'max'): Scalar | undefined {
  const sign = which === 'min' ? 1 : -1
  let best = values[0]
  for (const next of values) if (best !== undefined && sign * compare(next, best) < 0) best = next
  return best
}

function text(value: Scalar): string | undefined {
  const string = typeof value === 'string' ? value : String(value)
  return string.includes('\u0000') || !string.isWellFormed() ? undefined : string
}

function flag(value: Scalar): boolean | undefined {
  const text = String(value)
  return text === 'true' || (text === 'false' ? false : undefined)
}

function numeric(value: Scalar): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  const written = typeof value === 'string' && /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)
  return written && Number.isFinite(Number(value)) ? Number(value) : undefined
}

function integer(min: number, max: number): Converter {
  return (value) => {
    const number = numeric(value)
    const fits = number !== undefined && Number.isInteger(number) && number >= min && number <= max
    return fits ? number : undefined
  }
}

function instant(value: Scalar, format: RegExp): string | undefined {
  const text = typeof value === 'string' && format.test(value) ? value : undefined
  const midnight = new Date(`${text?.slice(0, 10) ?? ''}T00:00:00Z`)
  // a day that the month has not rolls over to the next one
  if (!text || Number.isNaN(midnight.getTime())) return undefined
  if (!midnight.toISOString().startsWith(text.slice(0, 10))) return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Types that every text is a value of. */
export const TEXTS = new Set(['cds.String', 'cds.LargeString', 'cds.UUID'])

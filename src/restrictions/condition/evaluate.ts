import type { Comparison, Condition, Expression, Operand } from './types.js'
import { mentionsUser } from './mentions.js'
import { type PatternIndex, patternIndex } from './patterns/pattern-index.js'
import { isPatternKind, type PatternKind } from './patterns/text-pattern.js'
import { UnsafeCondition } from './unsafe.js'
import { hasOther, sourceOf, type UserFacts, valuesOf } from './user-value.js'
import { compare, convert, extreme, type Scalar } from './value-type.js'

/** User and record for which a condition is evaluated. */
export interface Situation {
  readonly facts: UserFacts
  /** Values of the row, by name of the element. */
  readonly row?: Readonly<Record<string, unknown>>
  /** Built-in type of an operand of the row. */
  readonly typeOf?: (operand: Operand) => string
  /** Takes note of texts that are to be compared with patterns, in place of doing it. */
  readonly onMatch?: (texts: readonly string[], index: PatternIndex) => void
}

/** True, false, or unknown, as in SQL. */
export type Truth = boolean | undefined

/**
 * Evaluates a condition for a user, and a row where it depends on one. An attribute without a value makes a comparison
 * unknown, as null does; with several, a positive comparison is true if it is for one of them, a negative one if it is
 * for all.
 *
 * @throws {@link UnsafeCondition} if only a database can evaluate it
 * @internal
 */
export function evaluate(condition: Condition, situation: Situation): Truth {
  switch (condition.kind) {
    case 'and':
      return every(condition.parts.map((part) => evaluate(part, situation)))
    case 'or':
      return not(every(condition.parts.map((part) => not(evaluate(part, situation)))))
    case 'not':
      return not(evaluate(condition.part, situation))
    case 'compare':
      return comparison(condition, situation)
    case 'like':
      return matches(condition, 'like', situation)
    case 'between':
      return between(condition, situation)
    case 'null':
      return isEmpty(condition.value, situation)
    case 'bare':
      return predicate(condition.value, situation)
    default:
      throw onlyInDatabase()
  }
}

function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false
  return truths.includes(undefined) ? undefined : true
}

function not(truth: Truth): Truth {
  return truth === undefined ? undefined : !truth
}

type Of<Kind extends Condition['kind']> = Extract<Condition, { kind: Kind }>

function comparison({ operator, left, right }: Of<'compare'>, situation: Situation): Truth {
  if (isNull(right)) return nullity(operator, left, situation)
  // CAP asks databases for `is null` where null is on the right of a `=`, and for `null =` as it is
  if (isNull(left)) return operator === '=' ? undefined : nullity(operator, right, situation)
  const type = commonType(left, right, situation)
  const [a, b] = [typed(left, type, situation), typed(right, type, situation)]
  if ((mentionsUser(left) && !a.length) || (mentionsUser(right) && !b.length)) return undefined
  if (!a.length || !b.length) return withNull(operator, a.length + b.length > 0)
  return isForOne(operator, a, b)
}

/** True if it is for one pair, or for the negative operators for all. Both lists can be long. */
function isForOne(operator: Comparison, a: readonly Scalar[], b: readonly Scalar[]): boolean {
  const which = { '<': 'min', '<=': 'min', '>': 'max', '>=': 'max' }[operator as string]
  if (which === 'min' || which === 'max') {
    const [x = '', y = ''] = [extreme(a, which), extreme(b, which === 'min' ? 'max' : 'min')]
    const order = compare(x, y)
    return (which === 'min' ? order < 0 : order > 0) || (order === 0 && operator.endsWith('='))
  }
  const [few, many] = a.length < b.length ? [a, b] : [b, a]
  const known = setOf(many)
  const equal = few.some((value) => known.has(value))
  return operator === '=' || operator === '==' ? equal : !equal
}

const sets = new WeakMap<readonly Scalar[], Set<Scalar>>()

/** The same list comes with every row. */
function setOf(values: readonly Scalar[]): Set<Scalar> {
  if (values.length === 1) return new Set(values)
  const known = sets.get(values) ?? new Set(values)
  sets.set(values, known)
  return known
}

/** An element without a value is something that `==` and `!=` can tell. */
function withNull(operator: Comparison, differ: boolean): Truth {
  if (operator === '!=') return differ
  return operator === '==' ? !differ : undefined
}

function nullity(operator: Comparison, operand: Operand, situation: Situation): Truth {
  if (operator === '=' || operator === '==') return isEmpty(operand, situation)
  return operator === '!=' ? not(isEmpty(operand, situation)) : undefined
}

/** Unknown for an attribute that has something which is no value: who may see all without one, may not with that. */
function isEmpty(operand: Operand, situation: Situation): Truth {
  if (present(operand, situation).length) return false
  return mentionsUser(operand) && hasOther(sourceOf(operand), situation.facts) ? undefined : true
}

/** One and the same value has to be above the lower end and below the upper one. */
function between({ value, low, high }: Of<'between'>, situation: Situation): Truth {
  const fits = (val: Scalar) => every([bound(val, '>=', low), bound(val, '<=', high)])
  const bound = (val: Scalar, operator: Comparison, right: Operand) => {
    const converted = convert(val, commonType(value, right, situation))
    if (converted === undefined) return undefined
    const left = [{ val: converted }]
    return comparison({ kind: 'compare', operator, left, right, tokens: [] }, situation)
  }
  const truths = present(value, situation).map(fits)
  return truths.length ? not(every(truths.map(not))) : undefined
}

function matches(
  { value, pattern, escape }: Pick<Of<'like'>, 'value' | 'pattern' | 'escape'>,
  kind: PatternKind,
  situation: Situation
): Truth {
  const values = typed(value, 'cds.String', situation)
  const patterns = typed(pattern, 'cds.String', situation)
  if (!values.length || !patterns.length) return undefined
  const index = indexOf(patterns, kind, escape)
  const texts = values.map(String)
  situation.onMatch?.(texts, index)
  return !situation.onMatch && index.matchesOne(texts)
}

const indexes = new WeakMap<readonly Scalar[], Map<string, PatternIndex>>()

/** The same patterns come with every row. */
function indexOf(patterns: readonly Scalar[], kind: PatternKind, escape = ''): PatternIndex {
  const known = indexes.get(patterns) ?? new Map<string, PatternIndex>()
  const key = `${kind} ${escape}`
  const index = known.get(key) ?? patternIndex(kind, patterns.map(String), escape)
  indexes.set(patterns, known.set(key, index))
  return index
}

function predicate(value: Operand, situation: Situation): Truth {
  const [{ func, args }, ...more] = value as readonly [Expression, ...Expression[]]
  const [text, part] = args ?? []
  const kind = func?.toLowerCase() ?? ''
  if (isPatternKind(kind) && kind !== 'like' && text && part)
    return matches({ value: [text], pattern: [part] }, kind, situation)
  if (more.length || func) throw onlyInDatabase()
  const flags = typed(value, 'cds.Boolean', situation)
  return flags.length ? flags.includes(true) : undefined
}

/** Constants and elements have a type; two attributes are numbers if all their values are. */
function commonType(left: Operand, right: Operand, situation: Situation): string {
  const operand = [left, right].find((o) => !mentionsUser(o))
  if (operand) return typeOf(operand, situation)
  const values = [...present(left, situation), ...present(right, situation)]
  const numbers = values.every((value) => convert(value, 'cds.Double') !== undefined)
  return numbers ? 'cds.Double' : 'cds.String'
}

function typeOf([token]: Operand, { typeOf }: Situation): string {
  if (typeof token === 'object' && 'val' in token) {
    return (
      { number: 'cds.Double', boolean: 'cds.Boolean' }[typeof token.val as string] ?? 'cds.String'
    )
  }
  return (token && typeOf?.([token])) ?? 'cds.String'
}

const typedOfUser = new WeakMap<UserFacts, Map<string, Scalar[]>>()

/** Values of a user are converted once for all rows. */
function typed(operand: Operand, type: string, situation: Situation): Scalar[] {
  const converted = () =>
    present(operand, situation)
      .map((value) => convert(value, type))
      .filter((value) => value !== undefined)
  if (!mentionsUser(operand)) return converted()
  const known = typedOfUser.get(situation.facts) ?? new Map<string, Scalar[]>()
  const key = JSON.stringify([sourceOf(operand), type])
  const values = known.get(key) ?? converted()
  typedOfUser.set(situation.facts, known.set(key, values))
  return values
}

/** The values that an operand has: none for null. */
function present(operand: Operand, { facts, row }: Situation): Scalar[] {
  if (mentionsUser(operand)) return valuesOf(sourceOf(operand), facts)
  const [token, ...more] = operand
  if (typeof token !== 'object' || more.length) throw onlyInDatabase()
  const value = 'val' in token ? token.val : elementOf(token, row)
  return value === null || value === undefined ? [] : [value as Scalar]
}

/** Variables, such as `$now`, are none of the row. */
function elementOf({ ref }: Expression, row: Situation['row']): unknown {
  const [name, ...path] = ref ?? []
  if (typeof name !== 'string' || name.startsWith('$') || path.length || !row)
    throw onlyInDatabase()
  return row[name]
}

function isNull([token]: Operand): boolean {
  return typeof token === 'object' && token.val === null
}

function onlyInDatabase(): UnsafeCondition {
  return new UnsafeCondition(
    'only a database can evaluate it',
    'compare elements of the entity itself with $user or constants'
  )
}

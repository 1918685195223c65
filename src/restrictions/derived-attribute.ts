import type { Token } from './condition.js'
import { evaluate } from './evaluate-condition.js'
import { anyOf, likePattern, literally } from './like-pattern.js'
import { parseCondition } from './parse-condition.js'
import { textOf, type UserFacts, type UserSource, valuesOf } from './user-value.js'
import { compare, convert, type Scalar } from './value-type.js'

/**
 * An attribute that is computed from the user for one condition. CAP's evaluation of `$user` is dependable for a list with
 * at least one value next to `=`, for a single value, and for an attribute that is not there: a derived attribute is
 * always one of these.
 */
export interface DerivedAttribute {
  /** Name under `$user`. Holds a `|`, which no attribute of a token has. */
  readonly key: string
  /** The value, or `undefined` for an attribute that shall not be there. */
  compute(facts: UserFacts): Scalar | Scalar[] | undefined
  /** For values that something is compared with: whether there are any. */
  readonly presence?: DerivedAttribute
}

/** What stands for "yes", next to `=`. */
export const YES = '1'

const PATTERNS = {
  like: likePattern,
  startswith: (value: string) => `${literally(value)}${likePattern('%')}`,
  endswith: (value: string) => `${likePattern('%')}${literally(value)}`,
  contains: (value: string) => `${likePattern('%')}${literally(value)}${likePattern('%')}`
}

/** Ways to compare text with values of a user by a pattern. */
export type PatternKind = keyof typeof PATTERNS

/** @internal */
export function isPatternKind(name: string): name is PatternKind {
  return Object.hasOwn(PATTERNS, name)
}

/** Whether a name under `$user` is one of a derived attribute. @internal */
export function isDerived(name: string): boolean {
  return name.includes('|')
}

/** All values that the type can hold. Not there if there are none. @internal */
export function listOf(source: UserSource, type: string): DerivedAttribute {
  return compared(source, type, 'list', (values) => (values.length ? values : undefined))
}

/** {@link YES} if there is a value that the type can hold. @internal */
export function presenceOf(source: UserSource, type: string): DerivedAttribute {
  return derived(source, type, 'present', (values) => (values.length ? YES : undefined))
}

/** The smallest or the greatest value: where one of all has to be above or below something. @internal */
export function extremeOf(
  source: UserSource,
  type: string,
  which: 'min' | 'max'
): DerivedAttribute {
  const sign = which === 'min' ? 1 : -1
  return compared(source, type, which, (values) =>
    values.length
      ? values.reduce((best, next) => (sign * compare(next, best) < 0 ? next : best))
      : undefined
  )
}

/** A regular expression that matches what one of the values, as a pattern, matches. Always there. @internal */
export function patternOf(source: UserSource, kind: PatternKind): DerivedAttribute {
  return compared(source, 'cds.String', kind, (values) =>
    anyOf(values.map((value) => PATTERNS[kind](String(value))))
  )
}

/** {@link YES} if a condition on nothing but the user is true. @internal */
export function truthOf(tokens: readonly Token[], expected: boolean): DerivedAttribute {
  const condition = parseCondition(tokens)
  return {
    key: `${String(expected)}|${JSON.stringify(tokens)}`,
    compute: (facts) => (evaluate(condition, { facts }) === expected ? YES : undefined)
  }
}

function compared(...[source, type, kind, reduce]: Parameters<typeof derived>): DerivedAttribute {
  return { ...derived(source, type, kind, reduce), presence: presenceOf(source, type) }
}

function derived(
  source: UserSource,
  type: string,
  kind: string,
  reduce: (values: Scalar[]) => Scalar | Scalar[] | undefined
): DerivedAttribute {
  return {
    key: `${textOf(source)}|${type.replace(/^cds\./, '')}|${kind}`,
    compute: (facts) => reduce(typedValues(source, type, facts))
  }
}

function typedValues(source: UserSource, type: string, facts: UserFacts): Scalar[] {
  return valuesOf(source, facts)
    .map((value) => convert(value, type))
    .filter((value) => value !== undefined)
}

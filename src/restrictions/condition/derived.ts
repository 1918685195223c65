import type { Operand, Token } from './types.js'
import { evaluate } from './evaluate.js'
import { parseCondition } from './parse.js'
import type { PatternIndex } from './patterns/pattern-index.js'
import { databaseKind } from './per-database.js'
import {
  expressionOf,
  globOf,
  likeOf,
  onlyText,
  type PatternKind,
  type TextPattern,
  textPattern
} from './patterns/text-pattern.js'
import { textOf, type UserFacts, type UserSource, valuesOf } from './user-value.js'
import { convert, extreme, type Scalar, TEXTS } from './value-type.js'

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
  /** Presence of values that an operand is compared with. */
  readonly presence?: DerivedAttribute
  /** True if the values are compared with texts. */
  readonly isOfText?: boolean
  /** Texts that patterns are compared with. */
  readonly scan?: Scan
  /** Texts and patterns of a condition on nothing but the user. */
  readonly matches?: (facts: UserFacts) => UserMatch[]
}

/** Texts of a user, and patterns of the user for them. */
export interface UserMatch {
  readonly texts: readonly string[]
  readonly index: PatternIndex
}

/** Texts of records, and patterns for them. */
export interface Scan {
  readonly entity: string
  readonly operand: Operand
  readonly source: UserSource
  readonly kind: PatternKind
  readonly escape?: string | undefined
}

/** Value that stands for "yes" beside `=`. */
export const YES = '1'

/** All values that the type can hold. Not there if there are none. @internal */
export function listOf(source: UserSource, type: string): DerivedAttribute {
  return compared(source, type, 'list', (values) => (values.length ? values : undefined))
}

/** {@link YES} if there is a value that the type can hold. @internal */
export function presenceOf(source: UserSource, type: string): DerivedAttribute {
  const some = (facts: UserFacts) =>
    valuesOf(source, facts).some((value) => convert(value, type) !== undefined)
  return {
    key: keyOf(source, type, 'present'),
    compute: (facts) => (some(facts) ? YES : undefined)
  }
}

/** The smallest or the greatest value: where one of all has to be above or below something. @internal */
export function extremeOf(
  source: UserSource,
  type: string,
  which: 'min' | 'max'
): DerivedAttribute {
  return compared(source, type, which, (values) => extreme(values, which))
}

/**
 * All texts, for a database that applies the functions of the source to them, as one parameter; for another database what
 * `otherwise` has.
 *
 * @internal
 */
export function textsOf(source: UserSource, otherwise: DerivedAttribute): DerivedAttribute {
  return {
    ...otherwise,
    key: `${otherwise.key}|texts`,
    compute: (facts) =>
      databaseKind() === 'other' ? otherwise.compute(facts) : JSON.stringify(textsIn(source, facts))
  }
}

/** Patterns that texts of the row are compared with. */
export interface Patterns {
  readonly source: UserSource
  readonly kind: PatternKind
  readonly escape?: string | undefined
  /** The texts. */
  readonly operand: Operand
  /** Name of the entity that has them, if it is known. */
  readonly entity: string | undefined
}

/** Returns the attribute for texts that one of the values matches as a pattern, in the form for the database in use. @internal */
export function patternOf({ source, kind, escape, operand, entity }: Patterns): DerivedAttribute {
  const parse = (text: string) => textPattern(kind, text, escape)
  const key = keyOf(source, 'String', JSON.stringify([kind, escape, entity, operand]))
  const presence = presenceOf(source, 'cds.String')
  const compute = (facts: UserFacts) => {
    const database = databaseKind()
    if (database === 'other') {
      return expressionOf(typedValues(source, 'cds.String', facts).map((v) => parse(String(v))))
    }
    const found = facts.texts?.get(key)
    if (found) return JSON.stringify({ found })
    const patterns = textsIn(source, facts).map(parse)
    return JSON.stringify(database === 'sqlite' ? split(patterns) : patterns.map(likeOf))
  }
  if (entity === undefined) return { key, presence, compute }
  return { key, presence, compute, scan: { entity, operand, source, kind, escape } }
}

/** SQLite finds a text in a list faster than it compares each. */
function split(patterns: readonly TextPattern[]): { texts: string[]; globs: string[] } {
  const texts = patterns.flatMap((pattern) => onlyText(pattern) ?? [])
  const globs = patterns.filter((pattern) => onlyText(pattern) === undefined).map(globOf)
  return { texts, globs }
}

/** All texts, without the functions of the source. @internal */
export function textsIn({ path }: UserSource, facts: UserFacts): string[] {
  return typedValues({ path, functions: [] }, 'cds.String', facts).map(String)
}

/** {@link YES} if a condition on nothing but the user is true. @internal */
export function truthOf(tokens: readonly Token[], expected: boolean): DerivedAttribute {
  const condition = parseCondition(tokens)
  const matches = (facts: UserFacts) => {
    const found: UserMatch[] = []
    evaluate(condition, { facts, onMatch: (texts, index) => found.push({ texts, index }) })
    return found
  }
  return {
    key: `${String(expected)}|${JSON.stringify(tokens)}`,
    compute: (facts) => (evaluate(condition, { facts }) === expected ? YES : undefined),
    ...(HAS_PATTERN.test(JSON.stringify(tokens)) && { matches })
  }
}

const HAS_PATTERN = /like|startswith|endswith|contains/i

function compared(
  source: UserSource,
  type: string,
  kind: string,
  reduce: (values: Scalar[]) => Scalar | Scalar[] | undefined
): DerivedAttribute {
  return {
    key: keyOf(source, type, kind),
    compute: (facts) => reduce(typedValues(source, type, facts)),
    presence: presenceOf(source, type),
    isOfText: TEXTS.has(type)
  }
}

function keyOf(source: UserSource, type: string, kind: string): string {
  return `${textOf(source)}|${type.replace(/^cds\./, '')}|${kind}`
}

/** In one loop: there can be thousands. */
function typedValues(source: UserSource, type: string, facts: UserFacts): Scalar[] {
  const typed: Scalar[] = []
  for (const value of valuesOf(source, facts)) {
    const converted = convert(value, type)
    if (converted !== undefined) typed.push(converted)
  }
  return typed
}

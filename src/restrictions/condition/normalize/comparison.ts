import type { Comparison, Operand, Token } from '../types.js'
import {
  type DerivedAttribute,
  extremeOf,
  listOf,
  patternOf,
  type Patterns,
  presenceOf,
  textsOf,
  YES
} from '../derived.js'
import { likeOneOf, oneOf, orderedAgainst } from '../per-database.js'
import type { UserSource } from '../user-value.js'
import { TEXTS } from '../value-type.js'

/** Makes a derived attribute known, and gives the reference to it. */
export type Reference = (attribute: DerivedAttribute) => Token

/** An element, or what else the row has, to compare with values of the user. */
export interface Subject {
  readonly operand: Operand
  readonly type: string
  /** True if a remote service evaluates the comparison. */
  readonly remote: boolean
}

type Rows = 'equal' | 'different' | 'differentOrNull'

/** Rows that an operator selects, and the rows for which its outcome is false. */
const EQUALITY: Partial<Record<Comparison, readonly [Rows, Rows]>> = {
  '=': ['equal', 'different'],
  '==': ['equal', 'differentOrNull'],
  '<>': ['different', 'equal'],
  '!=': ['differentOrNull', 'equal']
}

/** The opposite, and whose value decides when one of all is enough; the opposite has to hold for the same one. */
const ORDER: Partial<Record<Comparison, readonly [Comparison, 'min' | 'max']>> = {
  '<': ['>=', 'max'],
  '<=': ['>', 'max'],
  '>': ['<=', 'min'],
  '>=': ['<', 'min']
}

/** The operator with its operands exchanged. @internal */
export const FLIPPED: Record<Comparison, Comparison> = {
  '=': '=',
  '==': '==',
  '!=': '!=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<='
}

/**
 * A comparison of the row with values of the user, in terms of derived attributes.
 *
 * @param expected - `false` for the rows for which the comparison is false: all values differ, and none is null
 * @internal
 */
export function compareWithUser(
  subject: Subject,
  operator: Comparison,
  source: UserSource,
  expected: boolean,
  reference: Reference
): Token[] {
  const { operand, type } = subject
  const equality = EQUALITY[operator]
  if (equality) {
    const rows = equality[expected ? 0 : 1]
    const equal = equalTo(subject, source, reference)
    if (rows === 'equal') return equal
    return differing(operand, equal, rows, reference(presenceOf(source, type)))
  }
  const [opposite, which] = ORDER[operator] ?? ['=', 'min']
  const symbol = expected ? operator : opposite
  const values = extremeOf(source, type, which)
  if (!isAppliedByDatabase(subject, source)) return [single(operand), symbol, reference(values)]
  const { functions } = source
  const texts = reference(textsOf(source, values))
  const ordered = orderedAgainst(single(operand), symbol, { functions, which }, texts)
  return all(present(reference(presenceOf(source, type))), [ordered])
}

/** `in` takes a list as it is; OData has it in its newest version only. */
function equalTo(subject: Subject, source: UserSource, reference: Reference): Token[] {
  const { operand, type, remote } = subject
  const values = listOf(source, type)
  if (!isAppliedByDatabase(subject, source))
    return [single(operand), remote ? '=' : 'in', reference(values)]
  const texts = reference(textsOf(source, values))
  return [oneOf(single(operand), source.functions, texts)]
}

/** Both sides of a comparison get `tolower` and the like from the database: each knows other letters. */
function isAppliedByDatabase({ type, remote }: Subject, { functions }: UserSource): boolean {
  return !remote && functions.length > 0 && TEXTS.has(type)
}

/** A text that is like one of the values, or like none of them. @internal */
export function matchUser(patterns: Patterns, expected: boolean, reference: Reference): Token[] {
  const { operand, source } = patterns
  const match = likeOneOf(single(operand), source.functions, reference(patternOf(patterns)))
  return all(
    present(reference(presenceOf(source, 'cds.String'))),
    notNull(operand),
    expected ? [match] : ['not', match]
  )
}

function differing(operand: Operand, equal: Token[], rows: Rows, presence: Token): Token[] {
  const none: Token[] = ['not', { xpr: equal }]
  if (rows === 'different') return all(present(presence), notNull(operand), none)
  const orNull = [{ xpr: [single(operand), '=', NULL] }, 'or', { xpr: none }]
  return all(present(presence), orNull)
}

/** The user has a value. CAP decides it before the database is asked. @internal */
export function present(presence: Token): Token[] {
  return [presence, '=', { val: YES }]
}

/** CAP turns comparisons with null into `is null` for databases, and into `eq null` for OData, where it lacks the former. */
const NULL: Token = { val: null }

function notNull(operand: Operand): Token[] {
  return [single(operand), '!=', NULL]
}

/** Each condition in parentheses of its own: CAP replaces `$user` next to operators of the same list only. @internal */
export function all(...conditions: readonly (readonly Token[])[]): Token[] {
  return joined('and', conditions)
}

/** @internal */
export function joined(keyword: 'and' | 'or', conditions: readonly (readonly Token[])[]): Token[] {
  return conditions.map(parenthesized).flatMap((part, index) => (index ? [keyword, part] : [part]))
}

/** One pair of parentheses is enough: the database service copies long lists once for each. */
function parenthesized(tokens: readonly Token[]): Token {
  const [only] = tokens
  const isAlready = typeof only === 'object' && only.xpr && Object.keys(only).length === 1
  return tokens.length === 1 && isAlready ? only : { xpr: tokens }
}

/** CAP takes the one token beside an operator for the whole operand. */
function single(operand: Operand): Token {
  const [only] = operand
  return only !== undefined && operand.length === 1 ? only : { xpr: operand }
}

/** CAP's translation to OData has no `is null`, only comparisons with null. @internal */
export function withoutIs(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token, index): Token[] => {
    if (typeof token === 'object') {
      return [token.xpr ? { ...token, xpr: withoutIs(token.xpr) } : token]
    }
    if (token === 'is') return [tokens[index + 1] === 'not' ? '!=' : '=']
    if (token === 'not' && tokens[index - 1] === 'is') return []
    return token === 'null' ? [{ val: null }] : [token]
  })
}

import { cap } from '../../cap.js'
import type { Expression, Token } from './types.js'

/** Databases for which values of a user are bound as one parameter; for others there is one for each. */
export type DatabaseKind = 'sqlite' | 'postgres' | 'other'

/** The database that is in use, which may be known only after the model is compiled. @internal */
export function databaseKind(): DatabaseKind {
  const { db } = cap
  return db?.kind === 'sqlite' || db?.kind === 'postgres' ? db.kind : 'other'
}

/** Tokens that are another's for each database. CAP copies conditions as JSON before it uses them. */
interface Varying extends Expression {
  toJSON(): Expression
}

/** Builds an operand in parentheses that is written for the database in use, each time that a condition is used. */
function perDatabase(write: (database: DatabaseKind) => readonly Token[]): Expression {
  const varying = { xpr: write('other') }
  const toJSON = () => ({ xpr: write(databaseKind()) })
  return Object.defineProperty(varying, 'toJSON', { value: toJSON })
}

/** An operand as the database in use needs it. @internal */
export function forDatabase(token: Expression): Expression {
  return 'toJSON' in token ? (token as Varying).toJSON() : token
}

/** Functions of conditions, as both databases call them. */
const FUNCTIONS: Record<string, string> = {
  tolower: 'lower',
  lower: 'lower',
  toupper: 'upper',
  upper: 'upper',
  trim: 'trim'
}

/** SQL that applies functions of a condition to a column, the inner one first. */
function applied(functions: readonly string[], column: string): string {
  return functions.reduce((sql, name) => `${FUNCTIONS[name] ?? name}(${sql})`, column)
}

/** SQL around a parameter: a query for something of each text of a JSON array. */
function select(database: 'sqlite' | 'postgres', what: string, values: Token): Token[] {
  return database === 'sqlite'
    ? [`select ${what} from json_each(`, values, ')']
    : [`select ${what} from jsonb_array_elements_text(cast(`, values, 'as jsonb)) as p(value)']
}

/**
 * More than these values are one parameter. SQLite looks a value up in it as fast, and each parameter has its price.
 * PostgreSQL plans by the values that it sees: it gets one parameter only where it could take no more.
 */
const MANY = { sqlite: 100, postgres: 10_000, other: Infinity }

/** Returns the right side of `in` for an operand that is one of the values. @internal */
export function listed(values: readonly unknown[], isOfText = false): Expression {
  const database = databaseKind()
  const isShort = values.length <= MANY[database] || database === 'other'
  if (isShort || (database === 'postgres' && !isOfText))
    return { list: values.map((val) => ({ val })) }
  return { xpr: select(database, 'value', { val: JSON.stringify(values) }) }
}

/**
 * Lets a long list become one parameter also where CAP puts it into a condition: it does that by `map`.
 *
 * @internal
 */
export function asParameter<T>(values: T[], isOfText?: boolean): T[] {
  if (values.length <= MANY[databaseKind()]) return values
  const expression = listed(values, isOfText)
  if (expression.list) return values
  return Object.defineProperty(values, 'map', { value: () => [expression] })
}

/** True for texts that are one of the values. @internal */
export function oneOf(operand: Token, functions: readonly string[], values: Token): Expression {
  const value = applied(functions, 'value')
  return perDatabase((database) => {
    if (database === 'other') return [operand, '=', values]
    const isOne = [operand, 'in', { xpr: select(database, value, values) }]
    // PostgreSQL does not know how many there are, and could look through all of them for each row
    return database === 'postgres' ? [...isOne, 'is', 'true'] : isOne
  })
}

/** True for texts that are above or below the smallest or greatest of the values. @internal */
export function orderedAgainst(
  operand: Token,
  symbol: string,
  { functions, which }: { functions: readonly string[]; which: 'min' | 'max' },
  values: Token
): Expression {
  const what = `${which}(${applied(functions, 'value')})`
  return perDatabase((database) => {
    if (database === 'other') return [operand, symbol, values]
    return [operand, symbol, { xpr: select(database, what, values) }]
  })
}

/** True for texts that one of the patterns matches. @internal */
export function likeOneOf(operand: Token, functions: readonly string[], patterns: Token): Token {
  const pattern = applied(functions, 'value')
  return perDatabase((database) => {
    if (database === 'other') return [{ func: 'matchesPattern', args: [operand, patterns] }]
    if (database === 'postgres')
      return [operand, 'like any(array(', ...select(database, pattern, patterns), '))']
    return [
      ...[operand, `in (select ${pattern} from json_each(`, patterns, `, '$.texts') union all`],
      ...['select value from json_each(', patterns, `, '$.found')) or exists(`],
      ...['select 1 from json_each(', patterns, `, '$.globs') where`, operand, `glob ${pattern})`]
    ]
  })
}

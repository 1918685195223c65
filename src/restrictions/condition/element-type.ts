import { nearestName } from '../../lib/wording/closest.js'
import type { Expression, Operand, Token } from './types.js'
import { nameOf } from './mentions.js'
import { UnsafeCondition } from './unsafe.js'
import { isComparable } from './value-type.js'

/** Members of a linked element or entity that this module reads. */
export interface Definition {
  readonly name?: string
  readonly elements?: Readonly<Record<string, Definition>>
  readonly _target?: Definition
  readonly _type?: string
  readonly type?: unknown
  /** True if the text depends on the language of the request. */
  readonly localized?: unknown
}

/** Types of functions that conditions apply to elements. */
const FUNCTIONS: Record<string, string> = {
  ...typed('cds.String', ['tolower', 'lower', 'toupper', 'upper', 'trim', 'concat', 'substring']),
  ...typed('cds.Integer', [
    'length',
    'indexof',
    'year',
    'month',
    'day',
    'hour',
    'minute',
    'second'
  ]),
  ...typed('cds.Double', ['round', 'floor', 'ceiling'])
}

function typed(type: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, type]))
}

/** Values that the database knows. */
const VARIABLES: Record<string, string> = { $now: 'cds.Timestamp', $at: 'cds.Timestamp' }

/**
 * Built-in type of an operand of the row, which the user's values are converted to.
 *
 * @param entity - whose elements the paths begin at
 * @throws {@link UnsafeCondition} if it is not known, or not one to compare with values of a user
 * @internal
 */
export function typeOfOperand(operand: Operand, entity: Definition | undefined): string {
  const [token, ...more] = operand
  if (more.length) return calculated(operand)
  const type = typeof token === 'object' ? typeOfToken(token, entity) : undefined
  if (type && isComparable(type)) return type
  const path = typeof token === 'object' ? (token.ref ?? []).map(nameOf) : []
  const isPath = path.length > 0 && !path[0]?.startsWith('$')
  if (isPath && entity?.elements && !elementAt(path, entity)) throw missing(path, entity)
  throw new UnsafeCondition(
    `${describe(token)} has no type that values of a user can be compared with`,
    'compare $user with an element of a scalar type'
  )
}

function typeOfToken(token: Expression, entity: Definition | undefined): string | undefined {
  if (token.xpr) return typeOfOperand(token.xpr, entity)
  if (token.func) return FUNCTIONS[token.func.toLowerCase()]
  if ('val' in token) {
    return (
      { number: 'cds.Double', boolean: 'cds.Boolean' }[typeof token.val as string] ?? 'cds.String'
    )
  }
  const path = token.ref?.map(nameOf) ?? []
  const element = elementAt(path, entity)
  if (element?.localized) throw localized(path)
  return VARIABLES[path[0] ?? ''] ?? element?._type
}

function missing(path: readonly string[], { elements }: Definition): UnsafeCondition {
  const similar = nearestName(path[0] ?? '', Object.keys(elements ?? {}))
  return new UnsafeCondition(
    `there is no element "${path.join('.')}"`,
    similar ? `did you mean "${similar}"?` : 'compare $user with an element'
  )
}

function localized(path: readonly string[]): UnsafeCondition {
  return new UnsafeCondition(
    `"${path.join('.')}" is localized: who sends the request chooses in which language it is compared`,
    'compare an element that is not'
  )
}

/** Arithmetic gives numbers, `||` text. */
function calculated(operand: Operand): string {
  const operators = new Set(operand.filter((token) => typeof token === 'string'))
  if ([...operators].every((operator) => '+-*/'.includes(operator))) return 'cds.Double'
  if (operators.size === 1 && operators.has('||')) return 'cds.String'
  throw new UnsafeCondition(
    'the type of a calculation is not known',
    'compare $user with an element'
  )
}

function elementAt(
  path: readonly string[],
  entity: Definition | undefined
): Definition | undefined {
  const [first, ...rest] = path[0] === '$self' ? path.slice(1) : path
  if (first === undefined) return entity
  const elements = (entity?._target ?? entity)?.elements
  const element = elements?.[first]
  if (element) return elementAt(rest, element)
  const [second, ...further] = rest // structured elements are flat in CAP's runtime model
  return second === undefined ? undefined : elementAt([`${first}_${second}`, ...further], entity)
}

/** The entity at the end of a path. @internal */
export function targetAt(
  path: readonly string[],
  entity: Definition | undefined
): Definition | undefined {
  return elementAt(path, entity)?._target
}

function describe(token: Token | undefined): string {
  if (typeof token !== 'object') return 'the operand'
  return token.ref ? `"${token.ref.map(nameOf).join('.')}"` : `"${token.func ?? 'the operand'}"`
}

import type { Operand, Token } from './types.js'
import { nameOf } from './mentions.js'
import { UnsafeCondition } from './unsafe.js'
import type { Scalar } from './value-type.js'

/** Facts about a user that conditions can ask for. */
export interface UserFacts {
  readonly id: unknown
  readonly tenant: unknown
  readonly attr: unknown
  /** Texts in the database that patterns match, by key of the derived attribute, if they were looked for. */
  readonly texts?: ReadonlyMap<string, readonly string[]> | undefined
}

/** Source of values: an attribute, and functions applied to each value, the inner one first. */
export interface UserSource {
  /** `[]` and `['id']` are the user's id, `['tenant']` the tenant. */
  readonly path: readonly string[]
  readonly functions: readonly string[]
}

const FUNCTIONS: Record<string, (value: string) => string> = {
  tolower: (value) => value.toLowerCase(),
  lower: (value) => value.toLowerCase(),
  toupper: (value) => value.toUpperCase(),
  upper: (value) => value.toUpperCase(),
  trim: (value) => value.trim()
}

/**
 * The attribute that an operand stands for.
 *
 * @throws {@link UnsafeCondition} if it calculates with it in a way that only a database could
 * @internal
 */
export function sourceOf(operand: Operand): UserSource {
  const [token, ...more] = operand
  if (typeof token !== 'object' || more.length) throw calculated()
  if (token.ref?.[0] === '$user') return { path: token.ref.slice(1).map(nameOf), functions: [] }
  if (token.xpr) return sourceOf(token.xpr)
  return functionOf(token.func?.toLowerCase(), token.args)
}

function functionOf(name: string | undefined, args: readonly Token[] | undefined): UserSource {
  if (!name || !Object.hasOwn(FUNCTIONS, name) || args?.length !== 1) throw calculated()
  const { path, functions } = sourceOf(args)
  return { path, functions: [...functions, name] }
}

/** Returns the source as it is written in CDS, without the `$user.`. @internal */
export function textOf({ path, functions }: UserSource): string {
  return functions.reduce((text, name) => `${name}(${text})`, path.join('.') || 'id')
}

/**
 * The values: strings, numbers and booleans. Null, the empty string, what is no valid text, objects and lists in lists are
 * none, and neither is what an attribute inherits.
 *
 * @internal
 */
export function valuesOf({ path, functions }: UserSource, facts: UserFacts): Scalar[] {
  const found = lookUp(path, facts)
  const values = (Array.isArray(found) ? (found as unknown[]) : [found]).filter(isScalar)
  return functions.length ? values.map((value) => apply(functions, value)) : values
}

/**
 * True if the user has something that is not taken for a value: an object, a list in a list, no valid text, or what is at a place
 * to which the path does not lead. That is no value for a comparison, and not as good as none for `is null`.
 *
 * @internal
 */
export function hasOther({ path }: UserSource, facts: UserFacts): boolean {
  const found = lookUp(path, facts, ownOrOther)
  return [found].flat().some((each) => each !== undefined && each !== null && each !== '')
}

function ownOrOther(value: unknown, name: string): unknown {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isRecord ? own(value, name) : value
}

function lookUp(path: readonly string[], facts: UserFacts, step = own): unknown {
  if (!path.length || (path.length === 1 && path[0] === 'id')) return facts.id
  if (path.length === 1 && path[0] === 'tenant') return facts.tenant
  return path.reduce(step, facts.attr)
}

function own(value: unknown, name: string): unknown {
  const has = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return has && !Array.isArray(value) ? (value as Record<string, unknown>)[name] : undefined
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === 'string') return value !== '' && value.isWellFormed()
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
}

function apply(functions: readonly string[], value: Scalar): string {
  return functions.reduce((text, name) => FUNCTIONS[name]?.(text) ?? text, String(value))
}

function calculated(): UnsafeCondition {
  return new UnsafeCondition(
    'it calculates with $user',
    `compare an element with $user.<attribute>, or with ${Object.keys(FUNCTIONS).join(', ')} of it, and keep the rest on the element's side`
  )
}

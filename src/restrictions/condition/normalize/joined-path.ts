import type { Condition, Expression, Segment, Token } from '../types.js'
import type { Definition } from '../element-type.js'
import { nameOf } from '../mentions.js'
import { parseCondition } from '../parse.js'

/** Association with the members that are read here. */
interface Association extends Definition {
  readonly keys?: readonly { readonly ref: readonly string[] }[]
}

/** A path, split where the other entity begins: at the end are its elements, or foreign keys in this one. */
interface Split {
  readonly associations: readonly string[]
  readonly elements: readonly Segment[]
}

/**
 * The associations that all elements of a comparison are reached by; `undefined` if there are none, or different ones.
 *
 * @param entity - whose elements the paths begin at
 * @internal
 */
export function joinedPath(
  { kind, tokens }: Condition,
  entity: Definition | undefined
): readonly string[] | undefined {
  if (kind === 'exists' || kind === 'in' || !entity) return undefined
  const splits = pathsIn(tokens).map((ref) => split(ref, entity))
  const paths = new Set(splits.map(({ associations }) => associations.join('.')))
  const [first] = splits
  return paths.size === 1 && first?.associations.length ? first.associations : undefined
}

/** True if something in the tokens is reached by an association: the filter of a path can't have that. @internal */
export function hasJoin(tokens: readonly Token[], entity: Definition | undefined): boolean {
  if (!entity) return false
  return pathsIn(tokens).some((ref) => split(ref, entity).associations.length > 0)
}

/** The condition as the entity at the end of the path has it. @internal */
export function atTarget({ tokens }: Condition, entity: Definition | undefined): Condition {
  const atEnd = (ref: readonly Segment[]) => split(ref, entity).elements
  return parseCondition(tokens.map((token) => withPaths(token, atEnd)))
}

/** Names structured elements as the runtime has them; a text that is parsed has not. @internal */
export function flattened(
  tokens: readonly Token[],
  entity: Definition | undefined
): readonly Token[] {
  return tokens.map((token) => withPaths(token, (ref) => flat(ref, entity)))
}

function flat(ref: readonly Segment[], entity: Definition | undefined): readonly Segment[] {
  const [first, second, ...rest] = ref
  if (typeof first !== 'string' || second === undefined) return ref
  if (first === '$self') return flat(ref.slice(1), entity)
  if (typeof second !== 'string') return ref
  if (!entity?.elements || entity.elements[first]) return ref
  return flat([`${first}_${second}`, ...rest], entity)
}

/**
 * A condition of a database that no name of a query can change the meaning of: every path is an element, and leads to other
 * records by `exists` only, one step at a time.
 *
 * @internal
 */
export function anchored(
  tokens: readonly Token[],
  entity: Definition | undefined
): readonly Token[] {
  return tokens.flatMap((token, index): readonly Token[] => {
    if (typeof token === 'string') return [token]
    const { ref, xpr, args, list } = token
    if (ref && isExists(tokens[index - 1])) return existsAt(ref).slice(1)
    const inner = (parts: readonly Token[]) => anchored(parts, entity)
    return [
      {
        ...token,
        ...(ref && { ref: foreignKey(ref, entity) }),
        ...(xpr && { xpr: inner(xpr) }),
        ...(args && { args: withArguments(args, inner) }),
        ...(list && { list: inner(list) })
      }
    ]
  })
}

function isExists(token: Token | undefined): boolean {
  return typeof token === 'string' && token.toLowerCase() === 'exists'
}

/** True if there is a record at the end of a path: in filters, step by step. @internal */
export function existsAt(path: readonly Segment[]): Token[] {
  const [first = '', ...rest] = path
  const { id, where = [] } = typeof first === 'string' ? { id: first } : first
  const further = rest.length ? existsAt(rest) : []
  const both = where.length && rest.length ? [{ xpr: where }, 'and', ...further] : further
  const filter = rest.length ? both : where
  return ['exists', { ref: [filter.length ? { id, where: filter } : id] }]
}

/** A path to a foreign key as the element that it is. */
function foreignKey(ref: readonly Segment[], entity: Definition | undefined): readonly Segment[] {
  const [first, ...rest] = ref
  const association: Association | undefined =
    typeof first === 'string' ? entity?.elements?.[first] : undefined
  const name = [first ?? '', ...rest].map(nameOf).join('_')
  const isElement = association?._target && rest.length && entity?.elements?.[name]
  return isElement && isForeignKey(association, rest) ? [name] : ref
}

function withPaths(token: Token, change: (ref: readonly Segment[]) => readonly Segment[]): Token {
  if (typeof token === 'string') return token
  const { ref, xpr, args, list } = token
  const inner = (tokens: readonly Token[]) => tokens.map((each) => withPaths(each, change))
  return {
    ...token,
    ...(ref && isOfRow(ref) && { ref: change(ref) }),
    ...(xpr && { xpr: inner(xpr) }),
    ...(args && { args: withArguments(args, inner) }),
    ...(list && { list: inner(list) })
  }
}

/** Arguments are a list, or named. */
function withArguments(
  args: readonly Token[],
  change: (tokens: readonly Token[]) => readonly Token[]
): readonly Token[] {
  if (Array.isArray(args)) return change(args)
  const named = Object.entries<Token>(args).map(([name, each]) => [name, change([each])[0]])
  return Object.fromEntries(named) as readonly Token[]
}

/**
 * The outcome of a comparison when there is no record at the end of its path, so that all elements are null; `undefined` if
 * that is neither true nor false.
 *
 * @internal
 */
export function withoutRecord(condition: Condition): boolean | undefined {
  if (condition.kind === 'null') return true
  if (condition.kind !== 'compare') return undefined
  const { operator, left, right } = condition
  const withNull = [left, right].some(([token]) => typeof token === 'object' && token.val === null)
  if (operator === '==' || operator === '=')
    return withNull || (operator === '==' ? false : undefined)
  return operator === '!=' ? !withNull : undefined
}

/** Paths of the row, outside of filters and subqueries. @internal */
export function pathsIn(tokens: readonly Token[]): (readonly Segment[])[] {
  return tokens.flatMap((token) => {
    if (typeof token === 'string') return []
    const { ref, xpr = [], args, list = [] } = token
    const own = ref && isOfRow(ref) ? [ref] : []
    const values = Object.values<Token>(args ?? {})
    return [...own, ...pathsIn([...xpr, ...values, ...list])]
  })
}

function isOfRow([first]: NonNullable<Expression['ref']>): boolean {
  return typeof first !== 'string' || !first.startsWith('$') || first === '$self'
}

function split(ref: readonly Segment[], entity: Definition | undefined): Split {
  const path = ref[0] === '$self' ? ref.slice(1) : ref
  const associations: string[] = []
  let [from, current, name] = [0, entity, '']
  for (const [index, segment] of path.entries()) {
    if (typeof segment !== 'string') break // with a filter of its own
    name = name ? `${name}_${segment}` : segment
    const element: Association | undefined = current?.elements?.[name]
    const rest = path.slice(index + 1)
    if (!element?._target || !rest.length || isForeignKey(element, rest)) continue
    associations.push(name)
    ;[from, current, name] = [index + 1, element._target, '']
  }
  return { associations, elements: flat(path.slice(from), current) }
}

function isForeignKey({ keys = [] }: Association, rest: readonly Segment[]): boolean {
  const path = rest.map((segment) => (typeof segment === 'string' ? segment : '')).join('_')
  return keys.some(({ ref }) => ref.join('_') === path)
}

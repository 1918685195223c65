/** The parts of a query that have names. */
export interface Named {
  readonly as?: unknown
  readonly uniqueSubqueryAlias?: unknown
  readonly ref?: unknown
  readonly val?: unknown
  readonly list?: unknown
  readonly func?: unknown
  readonly xpr?: unknown
  readonly SELECT?: unknown
  readonly SET?: unknown
  readonly join?: unknown
  readonly recurse?: unknown
  readonly from?: Named
  readonly orderBy?: unknown
}

/**
 * True if a name of a query is none. Names are texts: CAP writes others into the SQL as they are, and restrictions would not
 * know what they name.
 *
 * @internal
 */
export function hasForeignName(part: Named): boolean {
  if (Array.isArray(part)) return false
  const { as, uniqueSubqueryAlias, ref, join } = part
  if ([as ?? '', uniqueSubqueryAlias ?? ''].some((name) => typeof name !== 'string')) return true
  if (Array.isArray(ref) && isForeignPath(ref)) return true
  if (join !== undefined && !isJoin(join)) return true
  return Boolean(part.recurse) && !namesInHierarchy(part).every(isWord)
}

/**
 * True for an expression that is several ones: CAP could take it for another one than was restricted. A function may have an
 * expression, which is its window.
 *
 * @internal
 */
export function isSeveral({ ref, val, list, func, xpr, SELECT, SET }: Named): boolean {
  return [ref, val, list, func ?? xpr, SELECT, SET].filter((kind) => kind !== undefined).length > 1
}

/** CAP takes the name of an attribute of the user over as it is. */
function isForeignPath(path: readonly unknown[]): boolean {
  const names = path.map(nameOf)
  if (names.some((name) => typeof name !== 'string') || path.some(hasClauses)) return true
  return names[0] === '$user' && !names.slice(1).every(isAttribute)
}

function nameOf(segment: unknown): unknown {
  return typeof segment === 'object' ? (segment as { id?: unknown } | null)?.id : segment
}

/** CAP moves clauses of a segment to the query. They are not restricted, except for its filter. */
function hasClauses(segment: unknown): boolean {
  const { groupBy, having, orderBy = [] } = (segment ?? {}) as Record<string, unknown>
  if (groupBy ?? having) return true
  return !Array.isArray(orderBy) || !orderBy.every(isElement)
}

function isElement(term: unknown): boolean {
  const { ref } = (term ?? {}) as Named
  return Array.isArray(ref) && ref.length === 1 && typeof ref[0] === 'string'
}

/** Names that CAP writes into queries of its own for a hierarchy. */
function namesInHierarchy({ from, orderBy }: Named): unknown[] {
  const terms = Array.isArray(orderBy) ? (orderBy as Named[]) : []
  const paths = terms.map((term) => term.ref).filter(Array.isArray) as unknown[][]
  return [from?.as ?? '', from?.uniqueSubqueryAlias ?? '', ...paths.flat().map(nameOf)]
}

const isWord = (name: unknown) => typeof name === 'string' && /^[\w$]*$/.test(name)

const isAttribute = (name: unknown) => typeof name === 'string' && /^[\w.-]+$/.test(name)

const isJoin = (join: unknown) =>
  typeof join === 'string' && /^(inner|cross|(left|right|full)( outer)?)$/i.test(join)

/** True for a column that is a list of values and has no name: CAP makes one of them, which is no text. @internal */
export function isUnnamedList(column: unknown): boolean {
  const { as, val } = (column ?? {}) as { as?: unknown; val?: unknown }
  return Array.isArray(val) && typeof as !== 'string'
}

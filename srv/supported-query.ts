import type { Request } from '@sap/cds'

/** A query as CAP's OData adapter makes it: on an entity, or on the one record with that key. */
export interface ReadQuery {
  SELECT: {
    from: { ref?: [string | { id: string; where?: object[] }] }
    columns?: ('*' | Column)[]
    count?: boolean
  }
  where(condition: object): ReadQuery
}

interface Column {
  ref?: string[]
  func?: string
  as?: string
}

/** What becomes a $filter, $orderby, … of OData V2. */
const clauses = new Set(['from', 'columns', 'where', 'search', 'orderBy', 'limit', 'count', 'one'])

/**
 * The query of a read, or 501 for $apply, which OData V2 does not have. CAP would leave out of it what it can't send,
 * and the client would get S/4's own records where it asked for a sum.
 */
export function supportedQuery(req: Request): ReadQuery {
  const query = req.query as unknown as ReadQuery
  return hasApply(req) || !isSupported(query) ? req.reject(unsupported) : query
}

/** The request of the client, also inside of a `$batch`, is a property that the types lack. Own reads have none. */
function hasApply(req: Request & { req?: { query: Record<string, unknown> } }): boolean {
  return req.req?.query['$apply'] !== undefined
}

const unsupported = {
  status: 501,
  code: 'ERR_QUERY_UNSUPPORTED',
  message: 'S/4 has no $apply.',
  $sanitize: false // CAP tells a client in production nothing about 5xx otherwise
} as object as { status: number; message: string }

/** Whatever the URL says: only what becomes options of OData V2, and columns that have a name there. */
function isSupported({ SELECT }: ReadQuery): boolean {
  const { from, columns } = SELECT
  return (
    from.ref?.length === 1 &&
    clausesOf(SELECT).every((clause) => clauses.has(clause)) &&
    columns?.every((column) => column === '*' || isElement(column) || isCount(column)) === true
  )
}

/** With inherited ones: CAP's copies of a query inherit from it. */
function clausesOf(select: object): string[] {
  const names: string[] = []
  for (const name in select) names.push(name)
  return names
}

function isElement(column: Column): boolean {
  return column.ref?.length === 1 && Object.keys(column).length === 1
}

/** Of `Equipment/$count`. */
function isCount(column: Column): boolean {
  return column.func === 'count' && column.as === '$count'
}

import cds from '@sap/cds'

import type { EnforcedRequest, Query, Select } from './enforced-request.js'

/**
 * Gives a request another query. The one that it has may be the application's, for other requests as well: it stays as it
 * is, and the copy inherits from it, as CAP's own copies do.
 *
 * @param clausesOf - what to replace in a SELECT, and in those that it selects from
 * @internal
 */
export function rewriteQuery(
  request: EnforcedRequest,
  clausesOf: (select: Select) => Partial<Select>
): void {
  if (!request.query?.SELECT) return
  request.query = rewritten(request.query, request.query.SELECT, clausesOf)
}

function rewritten(
  query: Query,
  select: Select,
  clausesOf: (select: Select) => Partial<Select>
): Query {
  const inner = select.from?.SELECT
  const from = inner ? rewritten(select.from, inner, clausesOf) : select.from
  const clauses = { ...clausesOf(select), ...(from !== select.from && { from }) }
  return Object.keys(clauses).length ? clone(query, clauses) : query
}

const clone = (query: Query, clauses: object): Query =>
  (cds.ql as unknown as { clone(query: Query, clauses: object): Query }).clone(query, clauses)

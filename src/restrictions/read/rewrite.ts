import { cap } from '../../cap.js'
import type { Query, Select, Token } from '../condition/types.js'
import type { EnforcedRequest } from '../request/request.js'

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
  const from = inner ? asQuery(rewritten(select.from, inner, clausesOf)) : select.from
  const clauses = { ...clausesOf(select), ...(from !== select.from && { from }) }
  return Object.keys(clauses).length ? cap.ql.clone(query, clauses) : query
}

/** CAP adds its conditions to the innermost query by its method, which a query that was parsed as a part has not. */
function asQuery(query: Query & { readonly as?: string }): Query {
  if ('where' in query) return query
  const { as } = query
  const select: { where?: readonly Token[] } = { ...inherited(query.SELECT) }
  const where = (condition: readonly Token[]) => {
    const { where: former } = select
    select.where = former?.length ? [{ xpr: former }, 'and', { xpr: condition }] : condition
  }
  const built = { SELECT: select as Select, ...(as !== undefined && { as }) }
  return Object.defineProperty(built, 'where', { value: where })
}

/** Copies of queries inherit their clauses. */
function inherited(select: Select = {}): Select {
  const prototype = Object.getPrototypeOf(select) as Select | null
  if (prototype === Object.prototype || !prototype) return select
  return { ...inherited(prototype), ...select }
}

import cds, { type Request } from '@sap/cds'

/** A query as CAP's OData adapter makes it: on an entity, or on the one record with that key. */
interface ReadQuery {
  SELECT: { from: { ref?: [string | { id: string; where?: object[] }] }; groupBy?: unknown }
  where(condition: object): ReadQuery
}

// The types lack it: https://cap.cloud.sap/docs/node.js/cds-ql
const { clone } = cds.ql as unknown as { clone: (query: unknown) => ReadQuery }

/** S/4 keeps a record per period of validity; the one that is valid today ends on this day. */
export const validTo = '9999-12-31'

/** The id of the record to change: in the subject of the request, or in the data that own code sends. */
export function idOf({ subject, data }: Request): string | undefined {
  const [record] = subject.ref as unknown as [string | { where?: { val?: string }[] }]
  return typeof record === 'string' ? data.id : record.where?.at(-1)?.val
}

/**
 * The query of a read, with the key in its path turned into a filter. The restriction to the user's plants is
 * a filter as well, and OData V2 has filters on entity sets only: on `Equipment('10000000')` S/4 would ignore it.
 */
export function asFilter(req: Request, more: object = {}): cds.Query {
  const query = clone(req.query)
  const { from, groupBy } = query.SELECT
  if (!from.ref || groupBy)
    return req.reject({ status: 501, code: 'ERR_QUERY_UNSUPPORTED', message: 'S/4 has no $apply.' })
  const [subject] = from.ref
  if (typeof subject === 'object') {
    query.SELECT.from = { ref: [subject.id] }
    if (subject.where) query.where(subject.where)
  }
  return query.where(more) as unknown as cds.Query
}

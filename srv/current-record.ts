import cds, { type Request } from '@sap/cds'
import { type ReadQuery, supportedQuery } from './supported-query.js'

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
  const query = clone(supportedQuery(req))
  const [subject] = query.SELECT.from.ref ?? []
  if (typeof subject === 'object') {
    query.SELECT.from = { ref: [subject.id] }
    if (subject.where) query.where(subject.where)
  }
  return query.where(more) as unknown as cds.Query
}

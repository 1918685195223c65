import type { Request } from '@sap/cds'

/** A query as CAP's OData adapter makes it: on an entity, or on the one record with that key. */
export interface ReadQuery {
  SELECT: { from: { ref: [string | { id: string; where?: unknown[] }] } }
  where(condition: object): ReadQuery
}

/**
 * Refuses $apply, which OData V2 does not have. CAP would leave it out, and the client would get records of S/4 where it
 * asked for a sum.
 */
export function withoutApply(req: Request & { req?: { query: Record<string, unknown> } }): void {
  // the request of the client, also inside of a $batch, is a property that the types lack
  if (req.req?.query['$apply'] !== undefined) req.reject(unsupported)
}

const unsupported = {
  status: 501,
  code: 'ERR_QUERY_UNSUPPORTED',
  message: 'S/4 has no $apply.',
  $sanitize: false // CAP tells a client in production nothing about 5xx otherwise
} as object as { status: number; message: string }

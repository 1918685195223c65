import cds from '@sap/cds'

import { cap, type Service } from '../cap.js'

/** A request to a service, as the options of `cds.Request`. */
interface RequestOptions {
  readonly query?: object
  readonly event?: string
  readonly data?: object
  readonly params?: object[]
  readonly target?: object
}

/** Sends a request inside of the transaction of a call. */
export type Send = (options: RequestOptions) => Promise<unknown>

/**
 * Does the work of one call in a context and a transaction of its own, which inherit the user, the tenant and the language from the
 * HTTP request that has brought the message.
 */
export function inOwnTransaction<T>(
  service: Service,
  work: (send: Send) => Promise<T>
): Promise<T> {
  const { http } = cap.context
  return service.tx({ http }, (tx) => work((options) => tx.dispatch(requestOf(options))))
}

/** A request of a client: CAP refuses elements that clients do not see, as with OData. */
function requestOf(options: RequestOptions): cds.Request {
  const { headers } = cap.context.http?.req ?? { headers: {} }
  return new cds.Request({ ...options, headers, protocol: 'mcp' } as never)
}

/** Returns a reference to the record with a key, or to all records of an entity. */
export function reference(
  entity: string,
  key?: Readonly<Record<string, unknown>>
): { ref: [string | { id: string; where: object[] }] } {
  if (!key) return { ref: [entity] }
  const conditions = Object.entries(key).map(([name, val]) => [{ ref: [name] }, '=', { val }])
  return { ref: [{ id: entity, where: joined(conditions) }] }
}

/** Joins conditions with `and`. */
export function joined(conditions: readonly unknown[][]): object[] {
  return conditions.flatMap((each, index) => (index ? ['and', ...each] : each)) as object[]
}

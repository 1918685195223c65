import { cap } from '../../cap.js'
import type { StoredMessage } from './message.js'

/** Row of the queue. CAP gives it to handlers of the database. */
export interface QueueRow {
  ID?: string
  msg?: string | null
  /** Time from which the row can be taken. */
  timestamp?: string | Date
  status?: string | null
  /** Attempts that have failed. */
  attempts?: number | null
}

/** Tenant of a message; where it says none, the one in which the queue is filled or processed. @internal */
export function tenantOf(message: StoredMessage | undefined): string | undefined {
  const tenant: unknown = message?.context?.tenant
  return typeof tenant === 'string' ? tenant : cap.context?.tenant
}

/** Name of the application, of which several may share a database. @internal */
export function workload(): string {
  return cap.env.appid ?? 'cap'
}

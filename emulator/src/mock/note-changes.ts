import type { ServerResponse } from 'node:http'

import type cds from '@sap/cds'

import type { AuditEntry, ChangeEntry } from '../types.js'

/** The records that a backend keeps for tests: requests and changes with their users. */
export const notes = { entries: [] as AuditEntry[], changes: [] as ChangeEntry[], clockOffset: 0 }

/** Milliseconds since the epoch, by the landscape's clock. */
export function now(): number {
  return Date.now() + notes.clockOffset
}

/** @param offset - milliseconds by which the landscape's clock differs from that of the machine */
export function moveClock(offset: number): void {
  notes.clockOffset = offset
}

/**
 * Notes a request once it is answered.
 */
export function noteRequest(
  res: ServerResponse,
  request: Pick<AuditEntry, 'method' | 'path' | 'user' | 'subject'>
): void {
  res.once('prefinish', () => {
    notes.entries.push({ at: new Date(now()).toISOString(), ...request, status: res.statusCode })
  })
}

const EVENTS = ['CREATE', 'UPDATE', 'UPSERT', 'DELETE'] as const

/**
 * Notes what is changed in a service, once the change is committed.
 */
export function noteChanges(service: cds.Service): void {
  service.before([...EVENTS], (req) => {
    req.on('succeeded', () => {
      notes.changes.push({
        at: new Date(now()).toISOString(),
        user: req.user.id,
        event: req.event === 'UPSERT' ? 'UPDATE' : (req.event as ChangeEntry['event']),
        entity: (req.target as { name: string }).name,
        key: keyOf(req)
      })
    })
  })
}

/** Returns the key from the URL, or from the new record. */
function keyOf(req: cds.Request): Record<string, unknown> {
  const keys = Object.keys((req.target as { keys?: object }).keys ?? {})
  const last: unknown = req.params.at(-1)
  if (typeof last === 'object' && last !== null) return { ...last }
  if (last !== undefined) return { [keys[0] ?? 'ID']: last }
  const data = req.data as Record<string, unknown>
  return Object.fromEntries(keys.filter((key) => key in data).map((key) => [key, data[key]]))
}

/**
 * Notes that an operation has changed a record, once the change is committed.
 */
export function noteOperation(
  req: cds.Request,
  entity: string,
  key: Record<string, unknown>
): void {
  req.on('succeeded', () => {
    const at = new Date(now()).toISOString()
    notes.changes.push({ at, user: req.user.id, event: 'UPDATE', entity, key })
  })
}

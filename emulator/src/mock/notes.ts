import type { ServerResponse } from 'node:http'

import cds from '@sap/cds'

import type { AuditEntry, ChangeEntry } from '../types.js'

/** The records that a mock keeps for tests: requests and changes with their users. */
const notes = { entries: [] as AuditEntry[], changes: [] as ChangeEntry[], clockOffset: 0 }

/** Milliseconds since the epoch, by the landscape's clock. */
export function now(): number {
  return Date.now() + notes.clockOffset
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

/** A question of the emulator to a mock that it has started. */
type Message = { type: 'audit'; id: number } | { type: 'clock'; offset: number }

/**
 * Reports to the emulator that has started this process, and ends with it.
 */
export function reportToEmulator(): void {
  if (!process.send) return
  const report = (message: object) => process.send?.(message)
  process.on('disconnect', () => process.exit())
  process.on('SIGINT', () => undefined) // Ctrl-C reaches the whole group; the parent decides when this process ends
  process.on('message', (message: Message) => {
    if (message.type === 'clock') notes.clockOffset = message.offset
    if (message.type === 'audit') {
      const { entries, changes } = notes
      report({ type: 'audit', id: message.id, entries, changes })
    }
  })
  cds.once('listening', ({ url }: { url: string }) => {
    const providers = cds.service.providers as unknown as { name: string; path: string }[]
    const services = Object.fromEntries(providers.map(({ name, path }) => [name, path]))
    report({ type: 'listening', url, services })
  })
}

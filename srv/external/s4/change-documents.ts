import type { Request, Service } from '@sap/cds'
import { systemTime } from './system-time.js'

/** Who has changed which record, as the system's change documents say (transaction RSSCD100). */
export interface ChangeDocument {
  at: string
  user: string
  event: 'CREATE' | 'UPDATE'
  entity: string
  key: Record<string, unknown>
  /** What was written, with the key. */
  values: Record<string, unknown>
}

/** All of them, in the order of time. */
export const changeDocuments: ChangeDocument[] = []

/** Writes a change document for every change that is committed. */
export function writeChangeDocuments(srv: Service): void {
  srv.before(['CREATE', 'UPDATE'], '*', (req: Request) => {
    const event = req.event as ChangeDocument['event']
    const { name, keys } = req.target as unknown as { name: string; keys: object }
    onCommit(req, event, name, () => keyOf(req, Object.keys(keys)))
  })
}

/** Writes a change document for a function import that changes a record. */
export function documentChange(req: Request, entity: string): void {
  const { Equipment, ValidityEndDate } = req.data
  onCommit(req, 'UPDATE', entity, () => ({ Equipment, ValidityEndDate }))
}

function onCommit(
  req: Request,
  event: ChangeDocument['event'],
  entity: string,
  key: () => Record<string, unknown>
): void {
  req.on('succeeded', () => {
    const at = systemTime().toISOString()
    const values = { ...(req.data as Record<string, unknown>) }
    changeDocuments.push({ at, user: req.user.id, event, entity, key: key(), values })
  })
}

function keyOf(req: Request, keys: string[]): Record<string, unknown> {
  const last: unknown = req.params.at(-1)
  if (typeof last === 'object' && last !== null) return { ...last }
  if (last !== undefined) return { [keys[0] ?? '']: last }
  return Object.fromEntries(
    keys.filter((key) => key in req.data).map((key) => [key, req.data[key]])
  )
}

import type { Entity } from '../cap.js'
import { keysOf, readable } from './entity.js'
import { reference, type Send } from './run.js'

type Row = Record<string, unknown>

/** Returns the record that a service has answered with, without what clients do not see; `undefined` if it is none. */
export function visible(result: unknown, entity: Entity): Row | undefined {
  const row: unknown = Array.isArray(result) ? result[0] : result
  if (typeof row !== 'object' || row === null) return undefined
  const own = Object.entries(row).filter(([name]) => Object.hasOwn(readable(entity), name))
  return own.length ? Object.fromEntries(own) : undefined
}

/**
 * Returns a record as it is after a change: what the service has answered with, or else what the user can read.
 *
 * @param data - of the change, with the key
 */
export async function changedRecord(
  send: Send,
  entity: Entity,
  result: unknown,
  data: Row
): Promise<object> {
  const keys = Object.keys(keysOf(entity))
  const answered = visible(result, entity)
  const isWhole = answered && Object.keys(answered).length > keys.length
  if (isWhole && keys.every((name) => name in answered)) return { record: answered }
  const key = Object.fromEntries(keys.map((name) => [name, data[name]]))
  const columns = Object.keys(readable(entity)).map((name) => ({ ref: [name] }))
  const query = { SELECT: { one: true, from: reference(entity.name, key), columns } }
  const found = await send({ query, data: key, params: [key] }).catch(nothingIfRefused)
  const record = visible(found, entity)
  return record ? { record } : {}
}

/** A user may change what he cannot read. */
function nothingIfRefused(error: unknown): undefined {
  const { code, status = code } = Object(error) as { code?: unknown; status?: unknown }
  if (![403, 404, 405].includes(Number(status))) throw error
}

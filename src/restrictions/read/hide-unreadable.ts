import type { Segment, Token } from '../condition/types.js'
import { count } from '../model/database.js'
import { explainHidden } from '../request/hidden.js'
import type { EnforcedRequest } from '../request/request.js'
import { nameOf } from '../condition/mentions.js'
import { permittedCondition, permittedOn } from '../model/permitted.js'
import { withFilter } from './reachable.js'
import { createsMissing, isOfWritten } from '../write/refused-writes.js'
import { inDatabase } from '../model/remote.js'
import type { Model, RestrictedDefinition } from '../model/definition.js'
import { factsOf } from '../request/request.js'

/**
 * Handles a request to write, or an action, and answers 404 in the place of 403 if it is about a record that the user can't read: it is as if there
 * were none.
 *
 * @internal
 */
export async function hideUnreadable(
  request: EnforcedRequest,
  model: Model,
  handle: () => Promise<unknown>
): Promise<unknown> {
  const { event, subject } = request
  // CAP puts its own conditions into the segments
  const ref = (subject?.ref ?? []).map((each) => (typeof each === 'string' ? each : { ...each }))
  const path = event === 'CREATE' ? ref.slice(0, -1) : ref
  const readable = () => readablePath(request, path, model)
  const before = event === 'CREATE' ? await countBefore(readable()) : undefined
  try {
    return await handle()
  } catch (error) {
    if (
      !isForbidden(error) ||
      createsMissing(request) ||
      (event !== 'CREATE' && isOfWritten(error))
    )
      throw error
    const found = readable()
    if (!found || (before ?? (await count(found))) > 0) throw error
    const hidden = new Error('Not Found', { cause: error })
    const entity = entitiesOn(path, model.definitions).at(-1)
    if (entity) explainHidden(hidden, request, entity)
    throw Object.assign(hidden, { status: 404, code: '404' })
  }
}

/** A new part may be refused because of what the record above has become with it: other records can decide that by "exists". */
async function countBefore(path: readonly Segment[] | undefined): Promise<number | undefined> {
  return path && JSON.stringify(path).includes('"exists"') ? count(path) : undefined
}

function isForbidden(error: unknown): boolean {
  const { code, status, statusCode } = (error ?? {}) as Record<string, unknown>
  return [code, status, statusCode].some((value) => value === 403 || value === '403')
}

/** The path of a record in the database, through records that the user may read only. Nothing if they are all readable. */
function readablePath(
  request: EnforcedRequest,
  ref: readonly Segment[],
  { definitions }: Model
): Segment[] | undefined {
  const entities = entitiesOn(ref, definitions)
  const conditions = entities.map((entity) => entity && readCondition(request, entity))
  const [last, entity] = [ref.at(-1), entities.at(-1)]
  const isNamed = typeof last === 'object' && Boolean(last.where?.length)
  if (!isNamed || !entity || !inDatabase(entity) || !conditions.some(Boolean)) return undefined
  const path = ref.flatMap((segment, index) => {
    const active = withoutDraftKey(segment)
    const condition = conditions[index]
    return active && condition ? withFilter(active, condition) : (active ?? [])
  })
  return path.length === ref.length ? path : undefined
}

function entitiesOn(ref: readonly Segment[], definitions: Model['definitions']) {
  let entity: RestrictedDefinition | undefined
  return ref.map((segment, index) => {
    const name = nameOf(segment)
    const next = index ? entity?.elements?.[name]?._target : definitions[name]
    return (entity = next as RestrictedDefinition | undefined)
  })
}

function readCondition(request: EnforcedRequest, entity: RestrictedDefinition): Token | undefined {
  const permitted = permittedOn(entity, 'READ', request.user)
  return typeof permitted === 'string' ? undefined : permittedCondition(permitted, factsOf(request))
}

/** The segment without what says that the record is active; nothing for a draft. */
function withoutDraftKey(segment: Segment): Segment | undefined {
  if (typeof segment === 'string' || !segment.where) return segment
  const { id, where } = segment
  const at = where.findIndex(
    (token) => typeof token === 'object' && token.ref?.[0] === 'IsActiveEntity'
  )
  if (at < 0) return segment
  const value = where[at + 2]
  if (typeof value === 'object' && value.val === false) return undefined
  const rest = [...where.slice(0, Math.max(at - 1, 0)), ...where.slice(at ? at + 3 : at + 4)]
  return rest.length ? { id, where: rest } : id
}

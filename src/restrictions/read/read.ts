import { selectOne } from '../../cap.js'
import type { Segment, Select, Token } from '../condition/types.js'
import { rejectHidden } from '../request/hidden.js'
import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'
import { count } from '../model/database.js'
import { governorsOf } from '../model/governing.js'
import { nameOf } from '../condition/mentions.js'
import { permittedCondition, permittedOn } from '../model/permitted.js'
import { takesQueries } from './queries.js'
import { isKey } from './key-path.js'
import { editedBy, isOfEditors, settle, withFilter } from './reachable.js'
import { inDatabase, isRemote } from '../model/remote.js'
import { restrictExpand } from './expand.js'
import { readByOwnKey } from './remote-path.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { rewriteQuery } from './rewrite.js'
import { factsOf } from '../request/request.js'

/**
 * Restricts what CAP's check of a READ leaves out: records that are read as parts of restricted ones, but not by a path
 * through them; records that a path goes through; and `$expand`.
 *
 * @internal
 */
export function restrictRead(
  service: EnforcingService,
  request: EnforcedRequest,
  entity: RestrictedDefinition
): Promise<void> | undefined {
  refuseHierarchy(request, entity)
  const isFiltered = isRemote(entity) && readableIf(request, entity) !== undefined
  if (isFiltered) findByKey(request)
  const path = request.subject?.ref ?? []
  const passed = path.length > 1 ? entitiesOn(path.slice(0, -1), service) : []
  if (governorsOf(entity).length && !isReadAsPart(entity, path, passed))
    restrictPart(request, entity)
  restrictExpand(request, entity)
  if (!passed.length) return undefined
  const restricted = restrictPassed(service, request, path, passed)
  if (!isFiltered) return restricted
  return restricted.then(() => readByOwnKey(service, request, path, passed.at(-1)))
}

/** True if the path leads by compositions from a record whose restrictions count: CAP has put them there. */
function isReadAsPart(
  entity: RestrictedDefinition,
  path: readonly Segment[],
  passed: readonly (RestrictedDefinition | undefined)[]
): boolean {
  const governors = governorsOf(entity).map((governor) => governor.entity)
  const from = passed.findLastIndex((each) => each && governors.includes(each))
  if (from < 0) return false
  return path
    .slice(from + 1)
    .every((segment, index) => passed[from + index]?.compositions?.[nameOf(segment)])
}

/** Moves the key of the path into the conditions, because some services ignore further conditions beside it. */
function findByKey(request: EnforcedRequest): void {
  rewriteQuery(request, ({ from, where }) => {
    const last = from?.ref?.at(-1)
    if (!from?.ref || typeof last !== 'object' || !last.where?.length) return {}
    const { where: key, ...view } = last
    const ref = [...from.ref.slice(0, -1), view.args ? view : view.id]
    const found = where?.length ? [{ xpr: key }, 'and', { xpr: where }] : key
    return { from: { ...from, ref }, where: found }
  })
}

/** Refuses hierarchies of restricted records: a condition says where to begin, and records on the way do not have to fulfil it. */
function refuseHierarchy(request: EnforcedRequest, entity: RestrictedDefinition): void {
  let select = request.query?.SELECT
  while (select && !select.recurse) select = select.from?.SELECT
  if (!select || !readableIf(request, entity)) return
  refuse(request, 'ERR_RESTRICTION_UNCHECKED', 'A hierarchy of restricted records.')
}

function restrictPart(request: EnforcedRequest, entity: RestrictedDefinition): void {
  const condition = readableIf(request, entity)
  if (!condition) return
  rewriteQuery(request, ({ from, where }) => {
    if (from?.SELECT) return {}
    return { where: where?.length ? [{ xpr: where }, 'and', condition] : [condition] }
  })
}

/** The condition under which records may be read; none if all may. */
function readableIf(request: EnforcedRequest, entity: RestrictedDefinition): Token | undefined {
  const permitted = permittedOn(entity, 'READ', request.user)
  if (permitted === 'always') return undefined
  if (permitted === 'never')
    return refuse(request, 'ERR_EXPAND_RESTRICTED', 'No role permits this.', {
      entity,
      event: 'READ'
    })
  return permittedCondition(permitted, factsOf(request))
}

/** A path goes through records that the user may read, or leads nowhere. */
async function restrictPassed(
  service: EnforcingService,
  request: EnforcedRequest,
  path: readonly Segment[],
  passed: readonly (RestrictedDefinition | undefined)[]
): Promise<void> {
  const conditions: (Token | undefined)[] = []
  for (const [index, entity] of passed.entries()) {
    if (entity?.isDraft) {
      const own = index ? undefined : await ownDraftIf(request, entity)
      if (own) conditions[0] = own
      continue
    }
    const condition = entity && readableIf(request, entity)
    if (condition && inDatabase(entity)) conditions[index] = condition
    else if (condition) await assertReadable(service, request, path.slice(0, index + 1), entity)
  }
  if (conditions.length || takesQueries(service)) filterPath(request, path, conditions)
}

/** Adds conditions to the segments of the path that a query selects from. */
function filterPath(
  request: EnforcedRequest,
  path: readonly Segment[],
  conditions: readonly (Token | undefined)[]
): void {
  rewriteQuery(request, ({ from }: Select) => {
    if (from?.ref?.length !== path.length) return {}
    const ref = from.ref.map((segment, index) => {
      const condition = conditions[index]
      return settle(condition ? withFilter(segment, condition) : segment)
    })
    return { from: { ...from, ref } }
  })
}

function entitiesOn(path: readonly Segment[], { model }: EnforcingService) {
  let current: RestrictedDefinition | undefined
  return path.map((segment, index) => {
    const name = nameOf(segment)
    const next = index ? current?.elements?.[name]?._target : model?.definitions[name]
    return (current = next as RestrictedDefinition | undefined)
  })
}

async function assertReadable(
  service: EnforcingService,
  request: EnforcedRequest,
  ref: readonly Segment[],
  entity: RestrictedDefinition | undefined
): Promise<void> {
  const record = await service.run(selectOne({ ref }))
  if (!record) rejectHidden(request, entity, 'ERR_EXPAND_RESTRICTED')
}

/**
 * Restricts what a path leads to from drafts to those of the user. CAP looks whose draft it is when it is read itself.
 *
 * @internal
 */
export async function restrictToOwnDrafts(request: EnforcedRequest): Promise<void> {
  const condition = await ownDraftIf(request)
  filterPath(request, request.subject?.ref ?? [], [condition])
}

/**
 * Returns the condition for drafts that a path begins with to be those of the user. None for one draft of somebody else, on the
 * way to who edits it: all that may read the record may know that.
 *
 * @param draft - entity that the path begins with
 * @throws 404 if there is no such draft
 * @internal
 */
export async function ownDraftIf(
  request: EnforcedRequest,
  draft?: RestrictedDefinition
): Promise<Token | undefined> {
  const segment = request.subject?.ref?.[0] ?? ''
  const isOwn = editedBy(request)
  if (await count([segment], isOwn)) return isOwn
  const actives = draft?.actives
  if (!actives || !isOfEditors(request.target)) notFound(request)
  const where = typeof segment === 'string' ? [] : (segment.where ?? [])
  if (!isKey(where, actives, true)) notFound(request)
  if (!(await count([{ id: actives.name, where }], readableIf(request, actives)))) notFound(request)
  return undefined
}

function notFound(request: EnforcedRequest): never {
  return request.reject({ status: 404, message: 'Not Found' })
}

import { selectOne, selectWhere } from '../../cap.js'
import { checkDeletedParts, checkPart } from './part.js'
import { mayHold } from '../model/permission.js'
import type { Segment } from '../condition/types.js'
import { count } from '../model/database.js'
import { rejectHidden } from '../request/hidden.js'
import { type EnforcedRequest, type EnforcingService, refuse } from '../request/request.js'
import { isPermitted, type Row } from '../model/evaluate-restriction.js'
import { permissionFor, permissionForAction } from '../model/permission.js'
import { permissionCondition } from '../model/permission.js'
import { inDatabase } from '../model/remote.js'
import { createsMissing, mayBeHidden } from './refused-writes.js'
import type { RestrictedDefinition, Restriction } from '../model/definition.js'
import { factsOf } from '../request/request.js'

/** Records that were read to be checked, by request. */
const records = new WeakMap<EnforcedRequest, Row>()

/** The record that {@link checkRecord} has read for the request. @internal */
export function checkedRecord(request: EnforcedRequest): Row | undefined {
  return records.get(request)
}

/**
 * Checks the record that an action, UPDATE or DELETE is about, where CAP does not: records of remote services, parts of
 * records, conditions of an action itself, and actions on collections.
 *
 * @internal
 */
export async function checkRecord(
  service: EnforcingService,
  request: EnforcedRequest,
  entity: RestrictedDefinition
): Promise<void> {
  const action = entity.actions?.[request.event]
  const write = request.event === 'UPDATE' || request.event === 'DELETE'
  if (!action && !write) return
  const local = inDatabase(entity)
  if (local && !(action && isOfCollection(action))) await checkPart(request, entity)
  if (local && request.event === 'DELETE') await checkDeletedParts(request, entity)
  if (local && !action) return
  const permission = action
    ? permissionForAction(entity, request.event, request.user)
    : permissionFor(entity, request.event, request.user)
  if (permission === 'always') return
  if (permission === 'never') return refuse(request, RESTRICTED, 'No role permits this.')
  if (action && isOfCollection(action)) return checkCollection(request, permission)
  if (!local) return checkRemoteRecord(service, request, entity, permission)
  if (action?.['@restrict']) await checkLocalRecord(request, entity, permission)
}

const RESTRICTED = 'ERR_WRITE_RESTRICTED'

/** There is no record to look at: enough that the condition could be true for one. */
function checkCollection(request: EnforcedRequest, permission: readonly Restriction[]): void {
  if (permission.some((restriction) => mayHold(restriction, factsOf(request)))) return
  refuse(request, RESTRICTED, 'The condition can not be true for you.')
}

async function checkRemoteRecord(
  service: EnforcingService,
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  permission: readonly Restriction[]
): Promise<void> {
  const found = await service.run(recordQuery(request, entity))
  const [row, ...more] = [found ?? []].flat() as Row[]
  if (more.length) return refuse(request, UNCHECKED, 'Name one record by its key.')
  const creates = request.event === 'UPDATE' && createsMissing(request)
  if (!row && creates && mayBeHidden(entity, request.user))
    return refuse(request, RESTRICTED, 'You may not change this record.')
  if (!row) return rejectHidden(request, entity)
  records.set(request, row)
  if (isPermitted(permission, entity, row, factsOf(request))) return
  refuse(request, RESTRICTED, 'You may not change this record.')
}

/** Returns the query for the record, by a filter: some services ignore further conditions beside a key in the path. */
function recordQuery(request: EnforcedRequest, entity: RestrictedDefinition): unknown {
  const { subject, query } = request
  const [first, ...path] = subject?.ref ?? []
  if (path.length) return selectOne(subject ?? {})
  const key = typeof first === 'object' ? first.where : undefined
  const where = [key ?? [], whereOf(query)].filter((part) => part.length)
  if (!where.length) return refuse(request, UNCHECKED, 'Name one record by its key.')
  const xpr = where.flatMap((part, index) => (index ? ['and', { xpr: part }] : [{ xpr: part }]))
  return selectWhere(entity.name, (where.length > 1 ? xpr : where[0]) ?? [])
}

const UNCHECKED = 'ERR_RESTRICTION_UNCHECKED'

function whereOf(query: EnforcedRequest['query']) {
  return query?.UPDATE?.where ?? query?.DELETE?.where ?? []
}

async function checkLocalRecord(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  permission: readonly Restriction[]
): Promise<void> {
  const ref: readonly Segment[] = request.subject?.ref ?? [entity.name]
  const condition = permissionCondition(permission, factsOf(request))
  if ((await count(ref, condition)) > 0) return
  if ((await count(ref)) > 0) refuse(request, RESTRICTED, 'You may not change this record.')
  request.reject({ status: 404, message: 'Not Found' })
}

function isOfCollection(action: object): boolean {
  const { params, ...annotations } = action as {
    params?: Record<string, { items?: { type?: string } } | undefined>
    '@cds.odata.bindingparameter.collection'?: boolean
  }
  if (annotations['@cds.odata.bindingparameter.collection']) return true
  return Object.values(params ?? {}).some((param) => param?.items?.type === '$self')
}

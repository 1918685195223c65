import type { ErrorCode } from '../../errors.js'
import { explainLater, isDebug, logDebug } from '../../lib/log.js'
import type { RestrictedDefinition } from '../model/definition.js'
import { permittedOn } from '../model/permitted.js'
import { lackedAttributes, refusalOf } from './refusal.js'
import { type EnforcedRequest, factsOf } from './request.js'

const HIDDEN = 'There is no record that you may read.'

/**
 * Explains a 404 that a restriction makes, for the log: the condition for READ, and attributes in it that the user has not.
 *
 * @param entity - whose records the user may not read
 * @internal
 */
export function explainHidden(
  error: unknown,
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  code: ErrorCode = 'ERR_WRITE_RESTRICTED'
): void {
  explainLater(error, Object.assign(explanationOf(request, entity, code), { status: 404 }))
}

/**
 * Answers 404 for a record that is not there for the user. Where all may be read, there is none at all, and nothing to explain.
 *
 * @param entity - of the record
 * @internal
 */
export function rejectHidden(
  request: EnforcedRequest,
  entity: RestrictedDefinition | undefined,
  code?: ErrorCode
): never {
  try {
    return request.reject({ status: 404, message: 'Not Found' })
  } catch (error) {
    const isRestricted = entity && permittedOn(entity, 'READ', request.user) !== 'always'
    if (isRestricted) explainHidden(error, request, entity, code)
    throw error
  }
}

/**
 * Says with `DEBUG=principal` that a condition may have hidden what was read: a record by its key, or records because the user has
 * no value of an attribute. An empty result is no failure.
 *
 * @internal
 */
export function debugRead(request: EnforcedRequest, result: unknown): void {
  const { target, user } = request
  if (!isDebug() || target?.kind !== 'entity') return
  const entity = target.actives ?? target
  const permitted = permittedOn(entity, 'READ', user)
  if (typeof permitted === 'string') return
  const isMissing = result === null || result === undefined
  if (!isMissing && !lackedAttributes(entity, 'READ', { user, facts: factsOf(request) }).length)
    return
  const { explanation } = explanationOf(
    request,
    entity,
    'ERR_EXPAND_RESTRICTED',
    isMissing ? HIDDEN : 'Records can be hidden.'
  )
  logDebug([explanation.cause, explanation.fix].filter(Boolean).join('. '))
}

function explanationOf(
  request: EnforcedRequest,
  entity: RestrictedDefinition,
  code: ErrorCode,
  message = HIDDEN
) {
  const { event, user } = request
  const about = entity.actives ?? entity
  const concern = { entity: about, event, conditionsOf: 'READ' }
  return refusalOf(code, message, concern, { user, facts: factsOf(request) })
}

import { selectWhere } from '../../cap.js'
import type { Token } from '../condition/types.js'
import { keyOf } from '../model/database.js'
import { isPermitted, type Row } from '../model/evaluate-restriction.js'
import { ownRestrictions } from '../model/permitted.js'
import { type EnforcingService, factsOf, refuse } from '../request/request.js'
import type { Write } from './existing-records.js'
import { mayBeHidden } from './refused-writes.js'

/**
 * Checks records of another service that an UPSERT may replace. One that is not found is new, but only for users who may read
 * all: others can't be told apart from those who may not read it.
 *
 * @internal
 */
export async function checkReplaced(
  service: Pick<EnforcingService, 'run'>,
  { request, entity, replaceable = [], data }: Write
): Promise<void> {
  const restrictions = ownRestrictions(replaceable)
  if (!restrictions) {
    const text = 'Restrictions below, or above, a record of another service.'
    return refuse(request, 'ERR_RESTRICTION_UNCHECKED', text)
  }
  for (const row of data) {
    const key = keyOf(entity, row)
    if (!key) refuse(request, 'ERR_RESTRICTION_UNCHECKED', 'The new record has no key.')
    const equal = ([name, val]: [string, unknown]): Token[] => [
      'and',
      { ref: [name] },
      '=',
      { val }
    ]
    const where = Object.entries(key).flatMap(equal).slice(1)
    const found = await service.run(selectWhere(entity.name, where))
    const olds = [found ?? []].flat() as Row[]
    const permitted = (old: Row) => isPermitted(restrictions, entity, old, factsOf(request))
    if (olds.length ? olds.every(permitted) : !mayBeHidden(entity, request.user)) continue
    refuse(request, 'ERR_WRITE_RESTRICTED', 'You may not change this record.')
  }
}

import { checkRecord } from './write/record.js'
import { checkWritten } from './write/written.js'
import type { EnforcedRequest, EnforcingService } from './request/request.js'
import { restrictExpand } from './read/expand.js'
import { restrictRead, restrictToOwnDrafts } from './read/read.js'
import type { RestrictedDefinition } from './model/definition.js'

/** Service with the members of CAP that register handlers. */
export interface HandlingService extends EnforcingService {
  prepend(register: () => void): void
  before(event: string, handler: Handler): void
  on(events: string[], handler: Handler): void
}

type Handler = (
  this: EnforcingService,
  request: EnforcedRequest,
  next: () => Promise<unknown>
) => unknown

/**
 * Registers what CAP does not check itself, before any handler of the application: the record that is changed, then, when
 * all of the application's checks have passed, what is written.
 *
 * @internal
 */
export function enforceRestrictions(service: HandlingService): void {
  service.prepend(() => {
    service.before('*', function (request) {
      const { target, user } = request
      if (isOwnDraft(request) && target && !user._is_privileged) restrictExpand(request, target)
      if (isPartOfDraft(request)) return restrictToOwnDrafts(request)
      const entity = restrictable(request)
      if (!entity) return
      if (request.event === 'READ') return restrictRead(this, request, entity)
      return checkRecord(this, request, entity)
    })
    service.on(['CREATE', 'UPDATE', 'UPSERT'], function (request, next) {
      const entity = restrictable(request)
      return entity ? checkWritten(this, request, entity, next) : next()
    })
  })
}

/** CAP 9 looks whose draft it is only when the draft itself is read. */
function isPartOfDraft({ user, event, target, subject }: EnforcedRequest): boolean {
  if (event !== 'READ' || user._is_privileged || !target?.isDraft) return false
  return (subject?.ref?.length ?? 0) > 1
}

/** Drafts belong to who edits them, not what they lead to. What is activated is checked like any other write. */
function restrictable(request: EnforcedRequest): RestrictedDefinition | undefined {
  const { user, target } = request
  if (user._is_privileged || target?.kind !== 'entity') return undefined
  return isOwnDraft(request) ? undefined : target
}

function isOwnDraft({ target }: EnforcedRequest): boolean {
  return target?.kind === 'entity' && target.name.endsWith('.drafts')
}

import type cds from '@sap/cds'

import { delegationOf } from '../delegation/targets.js'
import { CallEvidence } from './evidence/call.js'
import { subjectOf, type TargetedService } from './policy/service-target.js'
import { queuedCallRefusal } from './queue/refusal.js'
import { senderOf } from './queue/tenant.js'

/**
 * Returns the service that has to send or queue a call, in most cases the one that is asked.
 *
 * @throws {@link PropagationError} `ERR_QUEUED_NAMED_USER`
 * @internal
 */
export function checkedSender<T extends cds.Service & TargetedService>(
  service: T,
  req: cds.Request
): T {
  const isRefused = service.onBehalfOf === 'namedUser' && !delegationOf(service.name)
  const refusal = isRefused && queuedCallRefusal(service)
  if (!refusal) return senderOf(service, req)
  new CallEvidence(subjectOf(service)).refused(refusal)
  throw refusal
}

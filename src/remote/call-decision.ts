import cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { AuthorCall } from '../delegation/author-call.js'
import type { Principal } from '../user/principal.js'
import { principalOf } from '../user/principal-of.js'
import type { CallEvidence } from './evidence/call.js'
import { outboundDestination, type ReadyDestination } from './outbound.js'
import { outboundService, type TargetedService } from './policy/service-target.js'
import { authorCall, isRead } from './queue/author-call.js'
import { checkCloudSdk } from './start-checks.js'

/** Decision about a call. */
export interface Decision {
  readonly outbound: ReadyDestination
  /** End of the decision in milliseconds since the epoch. */
  readonly until: number
  /** Call as the author of queued work, which is not the current user. */
  readonly author: AuthorCall | undefined
}

/**
 * Decides about the principal of a call: the current one, or the author of the queued work that is running.
 *
 * @param convert - converts the destination for the client that sends the call
 * @internal
 */
export async function decideCall(
  service: TargetedService & { readonly name: string },
  req: cds.Request,
  evidence: CallEvidence,
  convert?: (destination: Partial<HttpDestination>) => Promise<Partial<HttpDestination>>
): Promise<Decision> {
  const { user, tenant } = cds.context ?? {}
  const { minTokenLifetime } = service
  try {
    const author = authorCall(service.name, req)
    if (author) evidence.delegated(author.attempt)
    const principal = author ? await author.principal(minTokenLifetime) : principalOf(user)
    const outbound = await outboundDestination(
      outboundService(service),
      principal,
      tenant,
      (found) => {
        evidence.found(found)
      }
    )
    const { destination, userBound } = outbound
    if (userBound) checkCloudSdk(`destination "${String(destination.name)}"`)
    const sent = convert ? await convert(destination) : destination
    await author?.prepare(isRead(req))
    const until = endOf(principal, minTokenLifetime)
    return { outbound: { ...outbound, destination: sent }, until, author }
  } catch (error) {
    evidence.refused(error)
    throw error
  }
}

/**
 * Returns the end of a decision in milliseconds since the epoch: tokens of the platform are valid
 * for a minute more.
 */
function endOf(principal: Principal, minTokenLifetime: number): number {
  const minute = Date.now() + 60_000
  if (principal.kind !== 'named') return minute
  return Math.min(minute, (principal.expiresAt - minTokenLifetime) * 1000)
}

import type { DestinationOptions } from '../../destination/look-up/options.js'
import type { Principal } from '../../user/principal.js'
import { isAgent } from '../../remote/agents/kinds.js'
import { assertNotForwarded, checkAgentOptions } from '../../remote/agents/refusals.js'
import { type PlannedCall, plannedCall } from '../../remote/outbound.js'
import { outboundService } from '../../remote/policy/service-target.js'
import { checkCloudSdk, checkedPolicy } from '../../remote/start-checks.js'
import type { RemoteOptions } from '../../cap-remote-types.js'
import type { RequiredService } from '../../cap-types.js'

/** Options of a required service that decide about its calls. */
type PlannedOptions = RemoteOptions & Pick<RequiredService, 'kind' | 'impl'>

/**
 * Decides who a required service would be called as. Only the Destination service is asked, and XSUAA for a token of the
 * application for it; the service itself is not called, and no token of a user is sent.
 *
 * @param name - of the required service
 * @param options - of it, in `cds.requires`
 * @param tenant - of the context
 * @throws the refusal of the call
 * @internal
 */
export async function planCall(
  name: string,
  options: PlannedOptions,
  current: Principal,
  tenant: string | undefined
): Promise<PlannedCall> {
  const isForAgent = isAgent(options)
  if (isForAgent) checkAgentOptions(name, options)
  const { destination, ...inline } = options.credentials ?? {}
  const { destinationOptions } = options as { destinationOptions?: DestinationOptions }
  const target = outboundService({
    name,
    ...checkedPolicy(name, options),
    destination: destination ?? ({ ...inline, name } as object),
    ...(destinationOptions && { destinationOptions })
  })
  const planned = await plannedCall(target, current, tenant)
  const { userBound, destination: found } = planned
  const isSentHere = isForAgent || options.impl === 'cds-principal/remote-service'
  if (isSentHere && userBound) checkCloudSdk(`destination "${String(found.name)}"`)
  if (isForAgent) assertNotForwarded(planned)
  return planned
}

import type { DestinationOptions } from '../destination/look-up/options.js'
import type { Principal } from '../user/principal.js'
import { type PlannedCall, plannedCall } from './outbound.js'
import { callPolicy } from './policy/options.js'
import { outboundService } from './policy/service-target.js'
import type { RemoteOptions } from '../cap-remote-types.js'

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
export function planCall(
  name: string,
  options: RemoteOptions,
  current: Principal,
  tenant: string | undefined
): Promise<PlannedCall> {
  const { destination, ...inline } = options.credentials ?? {}
  const { destinationOptions } = options as { destinationOptions?: DestinationOptions }
  const target = outboundService({
    name,
    ...callPolicy(name, options),
    destination: destination ?? ({ ...inline, name } as object),
    ...(destinationOptions && { destinationOptions })
  })
  return plannedCall(target, current, tenant)
}

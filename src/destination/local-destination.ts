import type { Destination } from '@sap-cloud-sdk/connectivity'

import type { Principal } from '../user/principal.js'
import { cloudSdk } from './cloud-sdk.js'

/** What is in the environment variable `destinations`, parsed once. */
let known: { source: string; names: ReadonlySet<string | undefined> } | undefined

/**
 * Whether the environment variable `destinations` has a destination of that name. It comes first, as in the Cloud SDK.
 *
 * @internal
 */
export function isInEnvironment(name: string): boolean {
  const { destinations } = process.env
  if (!destinations) return false
  if (destinations !== known?.source) {
    const list = JSON.parse(destinations) as { name?: string; Name?: string }[]
    const names = new Set(list.map((each) => each.name ?? each.Name))
    known = { source: destinations, names }
  }
  return known.names.has(name)
}

/**
 * A destination that is known without the Destination service: of the environment variable, or where no Destination
 * service is bound, a registered one, or a service binding of that name.
 *
 * @see `@sap-cloud-sdk/connectivity`, `getDestination`
 * @internal
 */
export async function localDestination(
  destinationName: string,
  principal: Principal
): Promise<Destination | null> {
  const { getDestination } = await cloudSdk()
  // a token of an external issuer is exchanged or stays here, and nothing is exchanged for these destinations
  const isKnown = principal.kind === 'named' && ['xsuaa', 'ias'].includes(principal.issuer)
  const jwt = isKnown ? { jwt: principal.bearerToken } : {}
  return getDestination({ destinationName, ...jwt })
}

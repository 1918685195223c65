import cds from '@sap/cds'

import { ConfigurationError } from '../errors.js'
import { logWarning } from '../log.js'
import { seesToPrincipal } from './calls-on-behalf.js'
import { checkCloudSdk } from './cloud-sdk.js'
import { checkNotQueued } from './queue-refusal.js'
import { callPolicy, carriesUser, type RemoteOptions } from './service-options.js'

/**
 * What can be known at start of the services in `cds.requires`.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function checkRemoteServices(requires: Readonly<Record<string, unknown>>): void {
  for (const [name, options] of Object.entries(requires)) {
    if (typeof options === 'object' && options && name !== 'kinds') check(name, options)
  }
}

function check(name: string, options: RemoteOptions): void {
  const { onBehalfOf } = callPolicy(name, options)
  const option = `cds.requires.${name}.onBehalfOf`
  checkNotQueued(name, options)
  if (carriesUser(onBehalfOf)) checkCloudSdk(option)
  const { destination, forwardAuthToken } = options.credentials ?? {}
  if (!destination || !forwardAuthToken) return
  logWarning(
    `cds.requires.${name}.credentials.forwardAuthToken has no effect with a "destination": set the property ` +
      `"HTML5.ForwardAuthToken" of destination "${destination}", or use "url"`
  )
}

/**
 * Handler for CAP's `connect` event: an implementation that does not go through this package would send calls as
 * somebody else, usually as the user of the HTTP request.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export function checkImplementation(service: cds.Service): void {
  const { options } = service as unknown as { options?: RemoteOptions }
  if (!options?.onBehalfOf || 'onBehalfOf' in service || seesToPrincipal(service)) return
  throw new ConfigurationError(
    `cds.requires.${service.name}.onBehalfOf is set, but its implementation does not see to it: extend the class of ` +
      '"cds-principal/remote-service", or call callsOnBehalf(this) of "cds-principal" in init, and what that returns for ' +
      'each call (docs/destinations.md).'
  )
}

/**
 * Connects required services with `onBehalfOf` and an implementation of their own, so that one that does not see to it stops
 * the start, and not the first request.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export async function connectForeignServices(
  requires: Readonly<Record<string, unknown>>,
  names: readonly string[]
): Promise<void> {
  for (const name of names) {
    const { impl } = requires[name] as { impl?: unknown }
    if (impl !== 'cds-principal/remote-service') await cds.connect.to(name)
  }
}

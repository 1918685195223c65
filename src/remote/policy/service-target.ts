import {
  checkDestinationOptions,
  type LookUpOptions,
  STRATEGIES,
  strategyNamed
} from '../../destination/look-up/options.js'
import type { ResolveOptions } from '../../destination/resolve/bypass.js'
import type { DestinationOptions } from '../../destination/resolve/resolve.js'
import { ConfigurationError } from '../../errors.js'
import type { CallTarget } from './caller.js'
import type { CallPolicy } from './options.js'
import type { ConfiguredDestination } from '../../cap-remote-types.js'

/** Remote service with its principal and destination. */
export interface OutboundService extends CallTarget, CallPolicy {
  readonly destination: ConfiguredDestination
  readonly destinationOptions?: ResolveOptions
}

/** Remote service as CAP has it, before its destination is normalized. */
export interface TargetedService extends CallPolicy {
  /** Name of the service; {@link ANONYMOUS} for one that was connected with options only. */
  readonly name: string | undefined
  readonly destination?: AssignedDestination | undefined
  readonly destinationOptions?: DestinationOptions
}

/**
 * Destination that an application may assign to `srv.destination`: also a name with options, as in
 * the SAP Cloud SDK.
 */
type AssignedDestination = ConfiguredDestination | NamedDestination

/** @see `@sap-cloud-sdk/connectivity`, `DestinationFetchOptions` */
interface NamedDestination extends LookUpOptions {
  readonly destinationName: string
  readonly selectionStrategy?: unknown
  readonly iasToXsuaaTokenExchange?: boolean
  readonly refreshToken?: string
  readonly useCache?: boolean
}

/** Parts of a service's configuration that can name it. */
interface NamingOptions {
  readonly credentials?: { readonly destination?: string; readonly url?: string }
}

/** Name of the class, which CAP gives to a service without a name. */
const ANONYMOUS = 'PrincipalRemoteService'

/**
 * Returns the name of a service for messages: its own, that of its destination, or its URL.
 *
 * @internal
 */
export function titleOf(
  { name, destination }: Pick<TargetedService, 'name' | 'destination'>,
  { credentials }: NamingOptions = {}
): string {
  if (name && name !== ANONYMOUS) return name
  const target = destination ?? credentials?.destination ?? credentials?.url
  if (typeof target !== 'object') return target ?? 'a service without a name'
  const { destinationName, name: own, url } = target as Partial<NamedDestination> & Named
  return destinationName ?? own ?? url ?? 'a service without a name'
}

interface Named {
  readonly name?: string | null
  readonly url?: string | null
}

/** Returns the service and destination of a call, for events and logs. @internal */
export function subjectOf({ name, onBehalfOf, destination }: TargetedService) {
  const known = typeof destination === 'string' ? destination : titleOf({ name: '', destination })
  const service = name === ANONYMOUS ? undefined : name
  return { service, onBehalfOf, destination: destination && known }
}

/**
 * Returns the service with a destination that is a name, or an object from its credentials.
 *
 * @throws {@link ConfigurationError} for options that there are not, and values that can't be
 * @internal
 */
export function outboundService(service: TargetedService): OutboundService {
  const { onBehalfOf, minTokenLifetime, clients, destination, destinationOptions } = service
  const policy = {
    name: titleOf(service),
    onBehalfOf,
    minTokenLifetime,
    ...(clients && { clients })
  }
  if (!isNamed(destination)) {
    return {
      ...policy,
      destination: destination ?? {},
      ...(destinationOptions && { destinationOptions })
    }
  }
  const { destinationName } = destination
  const merged = { ...destinationOptions, ...optionsOf(destination) }
  checkDestinationOptions(`destination "${destinationName}"`, merged)
  return { ...policy, destination: destinationName, destinationOptions: merged }
}

function isNamed(destination: AssignedDestination | undefined): destination is NamedDestination {
  if (typeof destination !== 'object') return false
  return typeof (destination as Partial<NamedDestination>).destinationName === 'string'
}

/** Returns the options that have an effect here. A token or an issuer is none of them. */
function optionsOf(destination: NamedDestination): DestinationOptions {
  const { destinationName, selectionStrategy: _, ...others } = destination
  checkDestinationOptions(`destination "${destinationName}"`, others)
  const { iasToXsuaaTokenExchange, refreshToken, useCache } = destination
  const { fragmentName, fragmentOptional, level, chain, actorToken } = destination
  const selectionStrategy = strategyOf(destination)
  return {
    ...(selectionStrategy && { selectionStrategy }),
    ...(iasToXsuaaTokenExchange !== undefined && { iasToXsuaaTokenExchange }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(useCache !== undefined && { useCache }),
    ...(fragmentName !== undefined && { fragmentName }),
    ...(fragmentOptional !== undefined && { fragmentOptional }),
    ...(level !== undefined && { level }),
    ...(chain !== undefined && { chain }),
    ...(actorToken !== undefined && { actorToken })
  }
}

/** Returns the selection strategy by name. It may be the Cloud SDK's function of that name. */
function strategyOf({ destinationName, selectionStrategy: given }: NamedDestination) {
  if (given === undefined || given === null) return undefined
  const known = strategyNamed(given)
  if (known) return known
  throw new ConfigurationError(
    `the selectionStrategy for destination "${destinationName}" is none of ${STRATEGIES.join(', ')}`
  )
}

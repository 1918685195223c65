import cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { checkDestinationOptions } from '../destination/look-up-options.js'
import type { DestinationOptions } from '../destination/resolve.js'
import { PrincipalError } from '../errors.js'
import { logRefusal } from '../log.js'
import { principalOf } from '../user/principal-of.js'
import { CallEvidence } from './call-evidence.js'
import { guardedDestination } from './guarded-destination.js'
import { outboundDestination, type ReadyDestination } from './outbound-destination.js'
import { type OnBehalfOf, policyOf } from './service-options.js'

/** As whom a destination is resolved, and where it is looked for. */
export interface CallOptions extends Pick<
  DestinationOptions,
  | 'selectionStrategy'
  | 'iasToXsuaaTokenExchange'
  | 'refreshToken'
  | 'useCache'
  | 'fragmentName'
  | 'fragmentOptional'
  | 'level'
  | 'chain'
  | 'actorToken'
> {
  /** Default: the destination decides; one that propagates users needs a named one. */
  onBehalfOf?: OnBehalfOf
  /** Seconds that a user's token has to last when it is sent. Default: 5. */
  minTokenLifetime?: number
}

/**
 * The destination of that name, ready for whoever is current in `cds.context`: for generated clients and everything else
 * that takes a destination of the SAP Cloud SDK. It follows the same rules as CAP's remote services do.
 *
 * The destination is for exactly this principal. Whoever keeps it and uses it later, as somebody else or in another tenant,
 * or when the token is over, gets an error: ask for a new one each time, which costs nothing while tokens are kept.
 *
 * @example
 * ```ts
 * const equipment = await equipmentApi
 *   .requestBuilder()
 *   .getByKey('10000000')
 *   .execute(await destinationFor('S4', { onBehalfOf: 'namedUser' }))
 * ```
 * @param destinationName - in the Destination service, as in `cds.requires.<service>.credentials.destination`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`, `ERR_TENANT_MISMATCH`
 * @throws {@link DestinationError} `ERR_DESTINATION_TECHNICAL`, `ERR_DESTINATION_USER_BOUND`,
 *   `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
 * @throws {@link ConfigurationError} for options that are unknown
 */
export async function destinationFor(
  destinationName: string,
  options: CallOptions = {}
): Promise<HttpDestination> {
  const evidence = new CallEvidence(subjectOf(destinationName, options))
  const outbound = await resolveAs(destinationName, options, evidence)
  evidence.resolved()
  return guardedDestination(outbound, destinationName)
}

/** What is told about a call of a destination. @internal */
export function subjectOf(destinationName: string, { onBehalfOf }: CallOptions) {
  return { service: undefined, destination: destinationName, onBehalfOf }
}

/** The same without the guard, for what is sent at once. @internal */
export async function resolveAs(
  destinationName: string,
  options: CallOptions,
  evidence: CallEvidence
): Promise<ReadyDestination> {
  const { onBehalfOf: _, minTokenLifetime: __, ...destinationOptions } = options
  const { user, tenant } = cds.context ?? {}
  try {
    checkDestinationOptions('options', destinationOptions)
    const service = {
      ...policyOf('options', options),
      name: destinationName,
      destination: destinationName,
      destinationOptions
    }
    return await outboundDestination(service, principalOf(user), tenant, (found) => {
      evidence.found(found)
    })
  } catch (error) {
    evidence.refused(error)
    if (error instanceof PrincipalError) logRefusal(error)
    throw error
  }
}

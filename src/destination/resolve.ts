import type {
  Destination,
  DestinationFetchOptions,
  HttpDestination
} from '@sap-cloud-sdk/connectivity'

import { DestinationError, PropagationError } from '../errors.js'
import type { Principal } from '../user/principal.js'
import { cleanCause } from './clean-cause.js'

/** `cds.requires.<service>.destinationOptions`, as CAP passes them on; `jwt` in it is not used: the principal decides. */
export type DestinationOptions = Omit<
  DestinationFetchOptions,
  'destinationName' | 'selectionStrategy'
> & {
  /** Name of one of the Cloud SDK's `DestinationSelectionStrategies`. */
  selectionStrategy?: 'alwaysProvider' | 'alwaysSubscriber' | 'subscriberFirst'
}

/** What the Cloud SDK says when a destination needs a user's token and got none, cached or not. */
const NO_USER_TOKEN = /^No user token \(JWT\) has been provided|no JWT found on the current request/

/**
 * Resolves a destination by name as the principal: a named user's token goes along, nobody else's does. A user's
 * destination is looked up in the tenant of the token and never in the provider's instead.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED` when the destination needs a user and there is none
 * @see `@sap-cloud-sdk/connectivity`, `getDestination`
 * @internal
 */
export async function resolveDestination(
  destinationName: string,
  principal: Principal,
  options: DestinationOptions = {}
): Promise<HttpDestination> {
  const { getDestination } = await connectivity()
  const found = await getDestination({
    ...(await fetchOptions(principal, options)),
    destinationName
  }).catch((error: unknown) => fail(destinationName, error))
  if (!found) {
    throw new DestinationError(
      'ERR_DESTINATION_NOT_FOUND',
      `there is no destination "${destinationName}": create it in the subaccount or the service instance of the tenant`
    )
  }
  return httpDestination(destinationName, found)
}

/** Loaded when the first destination is needed: it takes longer than everything else at start. */
function connectivity() {
  return import('@sap-cloud-sdk/connectivity')
}

async function fetchOptions(principal: Principal, options: DestinationOptions) {
  const named = principal.kind === 'named'
  const { selectionStrategy = named ? 'alwaysSubscriber' : undefined, ...rest } = options
  delete rest.jwt
  const { DestinationSelectionStrategies } = await connectivity()
  return {
    ...rest,
    ...(named && { jwt: principal.bearerToken }),
    ...(selectionStrategy && {
      selectionStrategy: DestinationSelectionStrategies[selectionStrategy]
    })
  }
}

function httpDestination(name: string, destination: Destination): HttpDestination {
  if (destination.url) return destination as HttpDestination
  throw new DestinationError('ERR_DESTINATION_UNAVAILABLE', `destination "${name}" has no URL`)
}

function fail(name: string, error: unknown): never {
  const cause = cleanCause(error)
  if (cause.messages.some((message) => NO_USER_TOKEN.test(message))) {
    throw new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `destination "${name}" propagates the user, and the current identity is no named user`,
      { cause }
    )
  }
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${name}" could not be resolved: check the bindings of the Destination and Connectivity service, ` +
      'and that they answer; the cause says which call failed',
    { cause }
  )
}

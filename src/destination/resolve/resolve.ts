import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import type { Principal } from '../../user/principal.js'
import { completeDestination } from './complete.js'
import { destinationFailure } from './failure.js'
import { findDestination, type FoundDestination } from '../look-up/find.js'
import type { DestinationOptions } from '../look-up/options.js'

export type { DestinationOptions } from '../look-up/options.js'
export { checkBeforeTokens, completeDestination } from './complete.js'

/**
 * Resolves a destination by name as the principal. If it is bound to the user, the token of a named
 * user is sent or exchanged, and no other. The destination of a user is looked up in the tenant of
 * the token, and never in the provider's instead.
 *
 * @param tenant - of the context
 * @throws {@link DestinationError} `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES` when the destination needs a user,
 *   before any token is fetched for it
 * @internal
 */
export async function resolveDestination(
  destinationName: string,
  principal: Principal,
  options: DestinationOptions = {},
  tenant?: string
): Promise<HttpDestination> {
  const found = await lookUpDestination(destinationName, principal, options, tenant)
  return completeDestination(found, principal, options)
}

/**
 * Looks a destination up, before any token is fetched for it: the first half of
 * {@link resolveDestination}.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_NOT_FOUND`, `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export async function lookUpDestination(
  destinationName: string,
  principal: Principal,
  options: DestinationOptions = {},
  tenant?: string
): Promise<FoundDestination> {
  try {
    return await findDestination(destinationName, principal, options, tenant)
  } catch (error) {
    throw destinationFailure(destinationName, error)
  }
}

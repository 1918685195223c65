import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { isDelegated } from '../../delegation/options.js'
import { ConfigurationError, DestinationError } from '../../errors.js'
import type { RemoteOptions } from '../../cap-remote-types.js'
import { identityHeaders } from '../http/send.js'
import type { PlannedCall, ReadyDestination } from '../outbound.js'

/** Next step where the token of the request would be sent. */
const EXCHANGED =
  'Name a destination that exchanges the token: OAuth2UserTokenExchange, OAuth2JWTBearer, or PrincipalPropagation on premise.'

/**
 * Checks options of a required service that is an agent, which are right for other services.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function checkAgentOptions(name: string, options: RemoteOptions): void {
  const { forwardAuthToken, destination, url } = options.credentials ?? {}
  if (isDelegated(options)) throw delegated(name)
  if (forwardAuthToken) throw passThrough(name)
  if (!destination && !url) throw withoutAddress(name)
}

/**
 * Refuses a destination that would hand on the token of the request, or the one of the application's own client that came in exchange for
 * it: an agent that got it could call this application with it.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export async function assertOwnToken(outbound: ReadyDestination): Promise<ReadyDestination> {
  assertNotForwarded(outbound)
  const { destination, user } = outbound
  const { authorization } = await identityHeaders(destination as HttpDestination)
  if (user && authorization === `Bearer ${user.bearerToken}`) throw handedOn(outbound)
  return outbound
}

/**
 * Refuses a destination with `forwardAuthToken`, as far as that is known before there are tokens.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE`
 * @internal
 */
export function assertNotForwarded(outbound: ReadyDestination | PlannedCall): void {
  if (outbound.forwardsToken) throw handedOn(outbound)
}

/** Returns the refusal of a destination that would hand on the token of the request. @internal */
export function handedOn({ destination }: Pick<PlannedCall, 'destination'>): DestinationError {
  const name = destination.name ?? undefined
  return new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${String(name)}" would hand the token of the request to an agent as it is`,
    { destination: name, fix: `Nothing was sent. ${EXCHANGED}` }
  )
}

function delegated(name: string): ConfigurationError {
  return new ConfigurationError(
    `cds.requires.${name}.delegation is set, but an agent can not tell whether it was called before, so queued work could have its effect ` +
      'twice. Remove it, and call the agent while the request is handled.'
  )
}

function passThrough(name: string): ConfigurationError {
  return new ConfigurationError(
    `cds.requires.${name}.credentials.forwardAuthToken: an agent never gets the token of the request as it is. ${EXCHANGED}`
  )
}

function withoutAddress(name: string): ConfigurationError {
  return new ConfigurationError(
    `cds.requires.${name}.credentials has neither a "destination" nor a "url"`
  )
}

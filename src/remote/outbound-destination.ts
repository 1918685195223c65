import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import {
  completeDestination,
  type DestinationOptions,
  lookUpDestination
} from '../destination/resolve.js'
import { isUserBound } from '../destination/user-bound.js'
import { DestinationError } from '../errors.js'
import type { OnBehalfOf } from '../options.js'
import type { Principal } from '../user/principal.js'
import { requireNamedUser } from './require-named-user.js'

/** Destination of a required service: a name, or what `credentials` with a `url` say. */
export type ConfiguredDestination = string | Partial<HttpDestination>

/** A remote service, as far as its identity is concerned. */
export interface OutboundService {
  readonly name: string
  readonly destination: ConfiguredDestination
  readonly destinationOptions?: DestinationOptions
  readonly onBehalfOf: OnBehalfOf | undefined
}

/** Where a call goes, and whether it goes there as the user. */
export interface OutboundDestination {
  readonly destination: Partial<HttpDestination>
  readonly userBound: boolean
}

/**
 * Decides as whom a service is called, and makes its destination ready for exactly that principal. What kind of destination
 * it is comes first: no token is fetched for a call that will be refused.
 *
 * @param tenant - of the current context
 * @throws {@link PropagationError} before anything is sent, when a named user is needed and there is none
 * @throws {@link DestinationError} when the destination can't be had, or can't carry the user who is demanded
 * @internal
 */
export async function outboundDestination(
  service: OutboundService,
  principal: Principal,
  tenant?: string
): Promise<OutboundDestination> {
  if (service.onBehalfOf === 'namedUser') requireNamedUser(service.name, principal)
  const { destination, userBound, complete } = await lookedUp(service, principal, tenant)
  if (!userBound) {
    if (service.onBehalfOf === 'namedUser') throw technical(service, destination)
    return { destination: await complete(), userBound }
  }
  const { bearerToken } = requireNamedUser(service.name, principal)
  return { destination: forwarded(await complete(), bearerToken), userBound }
}

/** A destination of which it is known what kind it is; its tokens are fetched by `complete`. */
interface LookedUp extends OutboundDestination {
  readonly complete: () => Promise<Partial<HttpDestination>>
}

async function lookedUp(
  service: OutboundService,
  principal: Principal,
  tenant: string | undefined
): Promise<LookedUp> {
  const { destination, destinationOptions: options } = service
  if (typeof destination !== 'string') {
    const complete = () => Promise.resolve(destination)
    return { destination, userBound: isUserBound(destination), complete }
  }
  const found = await lookUpDestination(destination, principal, options, tenant)
  return {
    destination: found.destination,
    userBound: found.userBound,
    complete: () => completeDestination(found, principal, options)
  }
}

/** With `forwardAuthToken` the token is put in here: CAP would take it from the HTTP request, whoever is current. */
function forwarded(destination: Partial<HttpDestination>, bearerToken: string) {
  if (!destination.forwardAuthToken) return destination
  const headers = { ...destination.headers, authorization: `Bearer ${bearerToken}` }
  const { forwardAuthToken: _, authTokens: __, ...rest } = destination
  return { ...rest, authentication: 'NoAuthentication' as const, headers }
}

function technical(
  { name }: OutboundService,
  { name: destination, authentication }: Partial<HttpDestination>
) {
  return new DestinationError(
    'ERR_DESTINATION_TECHNICAL',
    `cds.requires.${name}.onBehalfOf is "namedUser", but destination "${String(destination)}" has Authentication ` +
      `"${String(authentication)}": the user would be lost. Nothing was sent. Set Authentication to ` +
      'PrincipalPropagation (on premise) or a user token exchange, or remove "onBehalfOf".'
  )
}

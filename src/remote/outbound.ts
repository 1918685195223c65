import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import {
  type BoundCredentials,
  boundDestination,
  checkBound
} from '../destination/resolve/bound-service.js'
import {
  bearerBypass,
  type RejectedCredential,
  tokenBypass
} from '../destination/resolve/bypass.js'
import {
  checkBeforeTokens,
  completeDestination,
  lookUpDestination
} from '../destination/resolve/resolve.js'
import { checkForwarded, forwardedToken } from '../destination/exchange/user.js'
import { assertForUser } from '../destination/resolve/check.js'
import { isUserBound } from '../destination/authentication-types.js'
import type { Bypass } from '../lib/single-flight.js'
import { trackWork } from '../lib/lifecycle/under-way.js'
import type { NamedUser, Principal } from '../user/principal.js'
import {
  type Caller,
  callingPrincipal,
  type OutboundDestination,
  requireNamedUser,
  technicalDestination,
  userBoundDestination,
  withoutAddress
} from './policy/caller.js'
import { checkLifetime, lastsLongEnough, sentToken } from './policy/sent-token.js'
import { carriesUser } from './policy/options.js'
import type { OutboundService } from './policy/service-target.js'

/** Destination with tokens, which can be called. */
export interface ReadyDestination extends OutboundDestination {
  /** Named user that the call goes out as. */
  readonly user: NamedUser | undefined
  /** True if the destination has `forwardAuthToken`: it is sent the user's token, or the one that came in exchange for it. */
  readonly forwardsToken: boolean
  /** Tenant of the context; `undefined` is the provider's. */
  readonly tenant: string | undefined
  /** Resolves the same destination again, with a new configuration and without rejected tokens. */
  readonly renew: (rejected?: RejectedCredential) => Promise<HttpDestination>
  /** Seconds for which the token of the user has to be valid when it is sent. */
  readonly minTokenLifetime: number
}

/** Function that is called with the destination as soon as it was looked up. */
export type Found = (outbound: OutboundDestination) => void

/**
 * Decides which principal calls a service, and makes its destination ready for exactly that
 * principal. The destination is looked up first: a call that will be refused fetches no token for
 * it.
 *
 * @param current - principal of the context
 * @param tenant - of the current context
 * @throws {@link PropagationError} before anything is sent, when a named user is needed and there is none
 * @throws {@link DestinationError} when the destination can't be had, or can't carry the principal who is demanded
 * @internal
 */
export function outboundDestination(
  service: OutboundService,
  current: Principal,
  tenant?: string,
  found?: Found
): Promise<ReadyDestination> {
  return trackWork('calls', () => readyDestination(service, current, tenant, found))
}

async function readyDestination(
  service: OutboundService,
  current: Principal,
  tenant?: string,
  found?: Found
): Promise<ReadyDestination> {
  const caller = callingPrincipal(service, current, tenant)
  const outbound = await lookedUp(service, caller)
  const { destination, userBound, complete } = outbound
  found?.({ destination, userBound })
  const renew = async (rejected?: RejectedCredential) => {
    const destinationOptions = { ...service.destinationOptions, useCache: false, rejected }
    const again = await outboundDestination({ ...service, destinationOptions }, current, tenant)
    return again.destination as HttpDestination
  }
  const { minTokenLifetime } = service
  const forwardsToken = Boolean(destination.forwardAuthToken)
  const ready = { userBound, forwardsToken, tenant: caller.tenant, renew, minTokenLifetime }
  const user = sentUser(service, caller, current, outbound)
  if (!user) return { ...ready, destination: await complete(), user }
  return { ...ready, destination: await asUser(service, user, complete), user }
}

/** Decision about a call that is not made. */
export interface PlannedCall extends OutboundDestination {
  /** Named user that the call would go out as. */
  readonly user: NamedUser | undefined
  /** True if the destination has `forwardAuthToken`. */
  readonly forwardsToken: boolean
  /** Tenant of the context; `undefined` is the provider's. */
  readonly tenant: string | undefined
  /** True if the user's token is not one of XSUAA, and would be exchanged before it is sent; whether that works is not known. */
  readonly exchanged: boolean
}

/**
 * Decides about a call as {@link outboundDestination} does, without making its destination ready: all is checked for which no
 * token of the user and none for the destination has to be fetched.
 *
 * @throws as {@link outboundDestination}, as far as no token is needed for that
 * @internal
 */
export async function plannedCall(
  service: OutboundService,
  current: Principal,
  tenant?: string
): Promise<PlannedCall> {
  const caller = callingPrincipal(service, current, tenant)
  const { destination, userBound, check } = await lookedUp(service, caller)
  const user = sentUser(service, caller, current, { destination, userBound })
  let exchanged = await check(user)
  const forwardsToken = Boolean(destination.forwardAuthToken)
  if (user && forwardsToken) exchanged = checkForwarded(user)
  if (user) checkLifetime(service.name, {}, user, service.minTokenLifetime)
  return { destination, userBound, user, forwardsToken, tenant: caller.tenant, exchanged }
}

/**
 * Returns the named user as whom a destination is called; `undefined` for a technical user.
 *
 * @throws {@link PropagationError}, {@link DestinationError} when the destination can't carry who is demanded
 * @throws {@link ConfigurationError} when the service has no address. It may get one after the start: from a binding, or by code.
 */
function sentUser(
  service: OutboundService,
  { principal }: Caller,
  current: Principal,
  { destination, userBound }: OutboundDestination
): NamedUser | undefined {
  if (!userBound) {
    if (principal.kind !== 'named' || !carriesUser(service.onBehalfOf)) return undefined
    const isNowhere = typeof service.destination !== 'string' && !destination.url
    throw isNowhere ? withoutAddress(service.name) : technicalDestination(service, destination)
  }
  if (service.onBehalfOf && !carriesUser(service.onBehalfOf)) {
    throw userBoundDestination(service, destination)
  }
  return requireNamedUser(service.name, current)
}

/** Destination that was looked up; `complete` fetches its tokens. */
interface LookedUp extends OutboundDestination {
  /** Checks what needs no token. Returns true if the token of the user would be exchanged for one of XSUAA. */
  readonly check: (user: NamedUser | undefined) => boolean | Promise<boolean>
  /** @param bypass - true to ignore the cached token of the user */
  readonly complete: (bypass?: boolean) => Promise<Partial<HttpDestination>>
}

async function lookedUp(service: OutboundService, caller: Caller): Promise<LookedUp> {
  const { destination, onBehalfOf } = service
  const { principal, tenant, options } = caller
  if (typeof destination !== 'string') {
    return destination.uaa && onBehalfOf
      ? bound({ ...destination, name: service.name } as BoundCredentials, caller)
      : inline(destination)
  }
  const found = await lookUpDestination(destination, principal, options, tenant)
  return {
    destination: found.destination,
    userBound: found.userBound,
    check: (user) => checkBeforeTokens(found, user, options),
    complete: (bypass) => completeDestination(found, principal, options, bypass)
  }
}

function inline(destination: Partial<HttpDestination>): LookedUp {
  const userBound = isUserBound(destination)
  if (userBound) assertForUser(destination)
  return {
    destination,
    userBound,
    check: () => false,
    complete: () => Promise.resolve(destination)
  }
}

function bound(credentials: BoundCredentials, { principal, tenant, options }: Caller): LookedUp {
  const userBound = principal.kind === 'named'
  const { name } = credentials
  const authentication = userBound ? 'OAuth2JWTBearer' : 'OAuth2ClientCredentials'
  return {
    destination: { name, authentication },
    userBound,
    check: (user) => checkBound(credentials, user),
    complete: (bypass: Bypass<string> = tokenBypass(options)) =>
      boundDestination(credentials, principal, tenant, bypass)
  }
}

/**
 * Completes the destination for a user. The token must be valid long enough when it is sent; an
 * exchanged token that is not is exchanged once more.
 */
async function asUser(
  { name, minTokenLifetime, destinationOptions }: OutboundService,
  user: NamedUser,
  complete: LookedUp['complete']
): Promise<Partial<HttpDestination>> {
  const ready = async (bypass?: boolean) =>
    forwarded(await complete(bypass), user, bypass ?? tokenBypass(destinationOptions ?? {}))
  const first = await ready()
  const { exchanged, end } = sentToken(first, user)
  const destination =
    exchanged && !lastsLongEnough(end, minTokenLifetime) ? await ready(true) : first
  checkLifetime(name, destination, user, minTokenLifetime)
  return destination
}

/**
 * Adds the token of the user for `forwardAuthToken`: CAP would take it from the HTTP request, which
 * can be another user's.
 */
async function forwarded(
  destination: Partial<HttpDestination>,
  user: NamedUser,
  bypass: Bypass<string>
) {
  if (!destination.forwardAuthToken) return destination
  const bearerToken = await forwardedToken(user, bearerBypass(bypass))
  const headers = { ...destination.headers, authorization: `Bearer ${bearerToken}` }
  const { forwardAuthToken: _, authTokens: __, ...rest } = destination
  return { ...rest, authentication: 'NoAuthentication' as const, headers }
}

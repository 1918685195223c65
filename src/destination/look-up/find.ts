import type { Destination, Service } from '@sap-cloud-sdk/connectivity'

import { ConfigurationError, DestinationError } from '../../errors.js'
import { withoutBindingWarnings } from '../../lib/lazy.js'
import { cleanCause } from '../../lib/redact.js'
import { atPlatform } from '../../lib/sharing/platform-requests.js'
import type { Principal } from '../../user/principal.js'
import { serviceBinding } from '../binding/binding.js'
import { isUserBound } from '../authentication-types.js'
import { type Configured, lookUp } from './look-up.js'
import { localDestination } from './local.js'
import { notFound } from './not-found.js'
import {
  type DestinationOptions,
  lookUpOf,
  type SelectionStrategy,
  strategyNamed
} from './options.js'

/** Destination that was looked up, before any token was fetched for it. */
export interface FoundDestination {
  readonly destination: Destination
  /** True if calls to it are made as the user. */
  readonly userBound: boolean
  /**
   * Configuration in the Destination service; `undefined` for a destination of the environment,
   * which is complete as it is.
   */
  readonly configured: Configured | undefined
  /**
   * Tenant of the call; `undefined` for the provider's. The configuration can be the provider's
   * nevertheless.
   */
  readonly tenant: string | undefined
}

/**
 * Looks a destination up by name in the tenant of the principal (or of the context, if the
 * principal has none), and in the provider's if the selection strategy says so. It needs and sends
 * no token of a user.
 *
 * @param tenant - of the context
 * @throws {@link DestinationError} `ERR_DESTINATION_NOT_FOUND`
 * @internal
 */
export async function findDestination(
  name: string,
  principal: Principal,
  options: DestinationOptions = {},
  tenant?: string
): Promise<FoundDestination> {
  const service = isInEnvironment(name) ? undefined : await serviceBinding('destination')
  if (service) return inTenants(service, name, principal, options, tenant)
  const found = await locally(name, principal, options, tenant)
  if (found) return found
  throw new DestinationError(
    'ERR_DESTINATION_NOT_FOUND',
    `no Destination service is bound (needed for destination "${name}")`,
    {
      destination: name,
      fix:
        'Bind one: cds add destination and a new deployment, or cf bind-service with an instance of it. ' +
        'The environment variable "destinations" has no destination of that name either.'
    }
  )
}

/** Messages of the Cloud SDK where it would ask the Destination service, and none is bound. */
const NOT_BOUND = /binding (of type 'destination'|to (a|the) destination service)/

async function locally(
  name: string,
  principal: Principal,
  options: DestinationOptions,
  contextTenant: string | undefined
): Promise<FoundDestination | undefined> {
  const { fragmentName, level, chain, actorToken } = options
  if (fragmentName !== undefined || level || chain || actorToken) {
    throw new DestinationError(
      'ERR_DESTINATION_UNAVAILABLE',
      `destination "${name}" is not looked up in the Destination service, which alone knows fragments, levels, chains and actors`,
      {
        destination: name,
        fix: 'Nothing was sent. Bind the Destination service, or leave these destinationOptions out.'
      }
    )
  }
  const isOfProvider = strategyFor(principal, options) === 'alwaysProvider'
  const tenant = isOfProvider ? undefined : ownTenant(principal, contextTenant)
  const look = () => withoutBindingWarnings(() => localDestination(name, principal, tenant))
  // for a service binding, the Cloud SDK asks for a token
  const search = isInEnvironment(name) ? look() : atPlatform(tenant, look)
  const destination = await search.catch((error: unknown) => {
    if (cleanCause(error).messages.some((message) => NOT_BOUND.test(message))) return null
    throw error
  })
  if (!destination) return undefined
  return {
    destination,
    userBound: isUserBound(destination),
    configured: undefined,
    tenant: undefined
  }
}

function tenantOfToken(principal: Principal): string | undefined {
  return principal.kind === 'anonymous' ? undefined : principal.tenant
}

/** Returns the tenant of a user's token; for any other principal that of the context comes first. */
function ownTenant(principal: Principal, contextTenant: string | undefined): string | undefined {
  const own = tenantOfToken(principal)
  return principal.kind === 'named' ? own : (contextTenant ?? own)
}

async function inTenants(
  service: Service,
  name: string,
  principal: Principal,
  options: DestinationOptions,
  contextTenant: string | undefined
): Promise<FoundDestination> {
  const search = searchFor(service, principal, options, contextTenant)
  const { own } = search
  const details = lookUpOf(options)
  for (const tenant of search.tenants) {
    const scope = { service, tenant, lookUp: details }
    const configured = await lookUp(scope, name, options.useCache === false)
    if (!configured) continue
    const { destination } = configured
    const userBound = isUserBound(destination)
    if (leadsAway(search, tenant, userBound)) break
    return { destination, userBound, configured, tenant: own }
  }
  throw await notFound({ ...search, service, name, options })
}

/** Search for a destination over tenants; `undefined` is the provider's. */
export interface Search {
  readonly strategy: SelectionStrategy
  /** Tenant of the call. */
  readonly own: string | undefined
  /** Tenants in their order. */
  readonly tenants: readonly (string | undefined)[]
}

/**
 * Returns where the Destination service is asked for a destination.
 *
 * @throws {@link ConfigurationError} for an unknown selection strategy
 * @internal
 */
export function searchFor(
  service: Service,
  principal: Principal,
  options: DestinationOptions,
  contextTenant: string | undefined
): Search {
  const strategy = strategyFor(principal, options)
  const own = tenantOf(service, principal, contextTenant)
  return { strategy, own, tenants: tenantsFor(strategy, own) }
}

/**
 * True if a destination is not used: a fallback must not lead a user into another tenant; only `alwaysProvider` says that
 * it shall.
 *
 * @param tenant - in which it was found
 * @internal
 */
export function leadsAway(
  { strategy, own }: Search,
  tenant: string | undefined,
  userBound: boolean
): boolean {
  return userBound && tenant !== own && strategy !== 'alwaysProvider'
}

/**
 * Returns the selection strategy, also of options that were not checked.
 *
 * @throws {@link ConfigurationError} for an unknown one, which must not lead to another tenant
 */
function strategyFor(
  principal: Principal,
  { selectionStrategy: given, level }: DestinationOptions
): SelectionStrategy {
  if (given === undefined || (given as unknown) === null) {
    return level || principal.kind === 'named' ? 'alwaysSubscriber' : 'subscriberFirst'
  }
  const known = strategyNamed(given)
  if (known) return known
  throw new ConfigurationError('destinationOptions.selectionStrategy is not known', {
    fix: 'Nothing was sent. Use alwaysProvider, alwaysSubscriber or subscriberFirst.'
  })
}

/** Returns the tenants in the order of the search; `undefined` is the provider's. */
function tenantsFor(strategy: SelectionStrategy, own: string | undefined): (string | undefined)[] {
  if (strategy === 'alwaysProvider') return [undefined]
  return strategy === 'alwaysSubscriber' || own === undefined ? [own] : [own, undefined]
}

/**
 * Returns the tenant whose destinations count; `undefined` is the provider's.
 *
 * @param contextTenant - counts for principals without a token of a user
 * @internal
 */
export function tenantOf(
  { credentials }: Service,
  principal: Principal,
  contextTenant: string | undefined
): string | undefined {
  const own = ownTenant(principal, contextTenant)
  return own === credentials['tenantid'] ? undefined : own
}

/** Names in the environment variable `destinations`, parsed once. */
let known: { source: string; names: ReadonlySet<unknown> } | undefined

/**
 * True if the environment variable `destinations` has a destination of that name. It takes
 * precedence, as in the Cloud SDK.
 *
 * @throws {@link ConfigurationError} if the variable is no JSON list
 * @internal
 */
export function isInEnvironment(name: string): boolean {
  const { destinations } = process.env
  if (!destinations) return false
  if (destinations !== known?.source) known = { source: destinations, names: namesIn(destinations) }
  return known.names.has(name)
}

function namesIn(source: string): ReadonlySet<unknown> {
  try {
    const list = JSON.parse(source) as { name?: unknown; Name?: unknown }[]
    return new Set(list.map((each) => each.name ?? each.Name))
  } catch {
    // its message could have a part of a password
    throw new ConfigurationError(
      'the environment variable "destinations" is no JSON list of destinations',
      { fix: 'Correct it, or unset it.' }
    )
  }
}

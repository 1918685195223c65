import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { ago } from '../../destination/tokens/lifetime.js'
import type { ResolveOptions } from '../../destination/resolve/bypass.js'
import { ConfigurationError, DestinationError, PropagationError } from '../../errors.js'
import { printable } from '../../lib/redact.js'
import {
  type NamedUser,
  type Principal,
  type TechnicalUser,
  describe
} from '../../user/principal.js'
import { requireClient } from './clients.js'
import type { CallPolicy } from './options.js'

/** Principal of a call, and the tenant and options of its look-up. */
export interface Caller {
  readonly principal: Principal
  /** Tenant of the context; `undefined` is the provider's. */
  readonly tenant: string | undefined
  readonly options: ResolveOptions
}

/** Destination of a call, and whether the call goes out as the user. */
export interface OutboundDestination {
  readonly destination: Partial<HttpDestination>
  readonly userBound: boolean
}

/** Service that is called, with its `onBehalfOf`. */
export interface CallTarget extends Pick<CallPolicy, 'onBehalfOf' | 'clients'> {
  /** Name for messages. */
  readonly name: string
  readonly destinationOptions?: ResolveOptions
}

/**
 * Decides which principal calls, by `onBehalfOf` and the current principal. Whether the destination
 * can carry that principal is checked later.
 *
 * @param current - principal of the context
 * @param tenant - of the context
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`, `ERR_TENANT_MISMATCH`,
 *   `ERR_CLIENT_NOT_ALLOWED`
 * @internal
 */
export function callingPrincipal(target: CallTarget, current: Principal, tenant?: string): Caller {
  const { name, onBehalfOf, destinationOptions: options = {} } = target
  if (onBehalfOf === 'systemUserProvider') {
    const alwaysProvider = { ...options, selectionStrategy: 'alwaysProvider' } as const
    return { principal: system(undefined), tenant: undefined, options: alwaysProvider }
  }
  const isTechnical = onBehalfOf === 'currentUser' && current.kind !== 'named'
  if (onBehalfOf === 'systemUser' || isTechnical) {
    return { principal: system(tenant), tenant, options: withinTenant(options) }
  }
  checkTenant(name, current, tenant)
  if (current.kind === 'named') requireClient(target, current)
  if (onBehalfOf) requireNamedUser(name, current)
  return { principal: current, tenant, options }
}

/**
 * Returns the application itself as a principal. It has no token of a user: the services of the
 * platform know the application.
 */
function system(tenant: string | undefined): TechnicalUser {
  return { kind: 'technical', origin: 'privileged', tenant }
}

/**
 * Returns options that stay in the tenant: the provider's technical user is another one, and is
 * used only if a fallback is configured.
 */
function withinTenant(options: ResolveOptions): ResolveOptions {
  return { ...options, selectionStrategy: options.selectionStrategy ?? 'alwaysSubscriber' }
}

/**
 * Returns the principal as a named user whose token is still valid, or throws an error that names
 * the current principal and the next step.
 *
 * @param service - name of the required service, for the message
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`
 * @internal
 */
export function requireNamedUser(service: string, principal: Principal): NamedUser {
  if (principal.kind !== 'named') {
    throw new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `"${service}" is called on behalf of a named user, but the current identity is ${describe(principal)}`,
      { service, principal: principal.kind, fix: `Nothing was sent. ${nextStep(principal)}` }
    )
  }
  if (principal.expiresAt * 1000 <= Date.now()) {
    throw new PropagationError(
      'ERR_TOKEN_EXPIRES',
      `"${service}" is called on behalf of a named user whose token has expired since the request came`,
      {
        service,
        principal: 'named',
        sent: `a token that ended ${ago(principal.expiresAt)}`,
        fix: 'Nothing was sent. Let the client repeat the request with a new token.'
      }
    )
  }
  return principal
}

function nextStep(principal: Principal): string {
  if (principal.kind === 'anonymous') {
    return (
      'Call it while a request of the user is handled, or protect the service that calls it (@requires). A route of the ' +
      "application's own needs cds.middlewares.before in front of it: app.use('/path', cds.middlewares.before)."
    )
  }
  if (principal.kind === 'technical' && principal.origin === 'token') {
    return (
      'Let the caller send a token of the user (authorization code, password or jwt-bearer grant), or give background ' +
      'work a required service of its own with a technical destination.'
    )
  }
  if (principal.kind === 'technical' && principal.origin === 'custom') {
    return (
      'Call it with the user object of the request, which may be changed, or with a copy that keeps its "authInfo": ' +
      'new cds.User({ ...user, id }).'
    )
  }
  return (
    'Call it as the user of the request (not in cds.spawn, a queue or a transaction of another user), or give ' +
    'background work a required service of its own with a technical destination.'
  )
}

/**
 * Checks that the token of a user is of the tenant of the context.
 *
 * @param service - name of the required service, for the message
 * @param tenant - of the current context
 * @throws {@link PropagationError} `ERR_TENANT_MISMATCH`
 * @internal
 */
export function checkTenant(service: string, principal: Principal, tenant: string | undefined) {
  if (principal.kind !== 'named' || !tenant || !principal.tenant || tenant === principal.tenant) {
    return
  }
  throw new PropagationError(
    'ERR_TENANT_MISMATCH',
    `"${service}" is called in the context of another tenant than that of the user's token`,
    {
      service,
      principal: 'named',
      sent: `a context of tenant ${printable(tenant)}`,
      expected: `tenant ${printable(principal.tenant)} of the token`,
      fix: 'Nothing was sent. Use the tenant of the request, or give work for other tenants a technical destination.'
    }
  )
}

/**
 * Creates the error for a destination with a technical identity that should carry a user.
 *
 * @internal
 */
export function technicalDestination(
  { name, onBehalfOf }: CallTarget,
  { name: destination, authentication }: Partial<HttpDestination>
): DestinationError {
  const current = onBehalfOf === 'currentUser' ? ' and a named user is current' : ''
  return new DestinationError(
    'ERR_DESTINATION_TECHNICAL',
    `"${name}" has onBehalfOf "${String(onBehalfOf)}"${current}, but destination "${String(destination)}" has ` +
      `Authentication "${String(authentication)}": the user would be lost`,
    {
      service: name,
      destination: destination ?? undefined,
      sent: `Authentication "${String(authentication)}"`,
      expected: 'one that propagates users',
      fix:
        'Nothing was sent. Set Authentication to PrincipalPropagation (on premise) or a user token exchange, or remove ' +
        '"onBehalfOf".'
    }
  )
}

/**
 * Creates the error for a service that should be called as a user, and has no address.
 *
 * @internal
 */
export function withoutAddress(name: string): ConfigurationError {
  const option = `cds.requires.${name}.credentials.destination`
  return new ConfigurationError(`${option} is not set, and there is no "url" in its place`, {
    service: name,
    expected: 'the name of a destination',
    fix: `Nothing was sent. Set ${option}, or bind the service.`
  })
}

/**
 * Creates the error for a destination that propagates users and should carry a technical user.
 *
 * @internal
 */
export function userBoundDestination(
  { name, onBehalfOf }: CallTarget,
  { name: destination, authentication, forwardAuthToken }: Partial<HttpDestination>
): DestinationError {
  const how = forwardAuthToken ? '"forwardAuthToken"' : `Authentication "${String(authentication)}"`
  return new DestinationError(
    'ERR_DESTINATION_USER_BOUND',
    `"${name}" has onBehalfOf "${String(onBehalfOf)}", but destination "${String(destination)}" has ${how}, which ` +
      'propagates users and has no technical user',
    {
      service: name,
      destination: destination ?? undefined,
      sent: how,
      expected: 'a technical one',
      fix:
        'Nothing was sent. Name a destination with a technical identity: OAuth2ClientCredentials, BasicAuthentication or ' +
        'ClientCertificateAuthentication, on premise also OAuth2TechnicalUserPropagation.'
    }
  )
}

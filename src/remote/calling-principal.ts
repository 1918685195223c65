import type { ResolveOptions } from '../destination/refused.js'
import type { Principal, TechnicalUser } from '../user/principal.js'
import { checkTenant, requireNamedUser } from './require-named-user.js'
import type { CallPolicy } from './service-options.js'

/** As whom a call goes out, and where its destination is looked for. */
export interface Caller {
  readonly principal: Principal
  /** Of the context; `undefined`: the provider's. */
  readonly tenant: string | undefined
  readonly options: ResolveOptions
}

/** What is called, and what was said about whose call that is. */
export interface CallTarget extends Pick<CallPolicy, 'onBehalfOf'> {
  /** For messages. */
  readonly name: string
  readonly destinationOptions?: ResolveOptions
}

/**
 * Who goes out, by `onBehalfOf` and by who is current; whether the destination can carry that principal shows later.
 *
 * @param current - who is
 * @param tenant - of the context
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`, `ERR_TENANT_MISMATCH`
 * @internal
 */
export function callingPrincipal(target: CallTarget, current: Principal, tenant?: string): Caller {
  const { name, onBehalfOf, destinationOptions: options = {} } = target
  if (onBehalfOf === 'systemUserProvider') {
    const alwaysProvider = { ...options, selectionStrategy: 'alwaysProvider' } as const
    return { principal: system(undefined), tenant: undefined, options: alwaysProvider }
  }
  const technical = onBehalfOf === 'systemUser' || onBehalfOf === 'currentUser'
  if (onBehalfOf === 'systemUser' || (technical && current.kind !== 'named')) {
    return { principal: system(tenant), tenant, options: withinTenant(options) }
  }
  checkTenant(name, current, tenant)
  if (onBehalfOf) requireNamedUser(name, current)
  return { principal: current, tenant, options }
}

/** The application itself. No token of anybody is part of it: the platform's services know the application. */
function system(tenant: string | undefined): TechnicalUser {
  return { kind: 'technical', origin: 'privileged', tenant }
}

/** The provider's technical user is another one than the tenant's: only who asks for a fallback gets one. */
function withinTenant(options: ResolveOptions): ResolveOptions {
  return { ...options, selectionStrategy: options.selectionStrategy ?? 'alwaysSubscriber' }
}

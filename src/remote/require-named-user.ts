import { PropagationError } from '../errors.js'
import { describe, type NamedUser, type Principal } from '../user/principal.js'

/**
 * The principal as a named user whose token is still valid, or a refusal that says who is current and what to do.
 *
 * @param service - name of the required service, for the message
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED`, `ERR_TOKEN_EXPIRES`
 * @internal
 */
export function requireNamedUser(service: string, principal: Principal): NamedUser {
  if (principal.kind !== 'named') {
    throw new PropagationError(
      'ERR_USER_TOKEN_REQUIRED',
      `"${service}" is called on behalf of a named user, but the current identity is ${describe(principal)}. ` +
        `Nothing was sent. ${nextStep(principal)}`
    )
  }
  if (principal.expiresAt * 1000 <= Date.now()) {
    throw new PropagationError(
      'ERR_TOKEN_EXPIRES',
      `"${service}" is called on behalf of a named user whose token has expired since the request came. ` +
        'Nothing was sent. Let the client repeat the request with a new token.'
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
 * A user's token is of one tenant; in a context of another one it can speak for nobody.
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
    `"${service}" is called in the context of another tenant than that of the user's token. Nothing was sent. ` +
      'Use the tenant of the request, or give work for other tenants a technical destination.'
  )
}

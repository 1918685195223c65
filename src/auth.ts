import type { IncomingMessage, ServerResponse } from 'node:http'

import cds from '@sap/cds'

import { Authenticator, trustedIssuers } from './authenticator.js'
import { attachedLandscape } from './emulator/process/attached.js'
import { RequestError } from './errors.js'
import { logRefusal } from './log.js'
import { type AuthOptions, bindingsOf, type RequiredBindings } from './options.js'
import { type Authorization, authorizationOf } from './request/authorization.js'
import { certificateOf } from './request/client-certificate.js'
import { checkReadable } from './request/readable.js'
import { challenge, refuse } from './request/response.js'
import { type BasicExchange, basicExchange } from './token/basic-exchange.js'
import { createUser } from './user/create-user.js'
import type { Identity } from './user/identity.js'
import { missingGrant } from './user/missing-grant.js'

/**
 * CAP's authentication middleware of kind `principal`: request → token → user.
 *
 * @param options - `cds.requires.auth`
 * @returns the middleware that sets `cds.context.user` (with `authInfo`) and `cds.context.tenant`
 * @throws {@link ConfigurationError} when nothing is bound or configured, or a binding is incomplete
 * @see https://cap.cloud.sap/docs/node.js/authentication#custom
 */
export function auth(options: AuthOptions) {
  const bindings = bindingsOf(options, cds.env.requires as RequiredBindings)
  const authenticator = new Authenticator(trustedIssuers(options, bindings))
  const emulated = attachedLandscape() && bindings.xsuaa
  const exchange = emulated ? basicExchange(emulated) : undefined
  const schemes = { basic: Boolean(exchange) }

  return async function principal_auth(
    req: IncomingMessage,
    res: ServerResponse,
    next: (error?: unknown) => void
  ): Promise<void> {
    let identity: Identity | undefined
    challenge(res, {
      ...schemes,
      authenticated: () => identity !== undefined,
      forbidden: () => {
        const refusal = identity && missingGrant(identity, pathOf(req))
        if (refusal) logRefusal(refusal, identity?.issuer)
      }
    })
    try {
      checkReadable(req)
      const bearerToken = await bearerTokenOf(authorizationOf(req), exchange)
      if (bearerToken === undefined) {
        next()
        return
      }
      const context = cds.context as cds.EventContext
      const about = { correlationId: context.id, clientCertificate: certificateOf(req) }
      const authenticated = await authenticator.authenticate(bearerToken, about)
      const authInfo = authenticated.issuer.securityContext({ bearerToken })
      context.user = createUser(authenticated.identity, bearerToken, authInfo)
      if (authenticated.identity.tenant) context.tenant = authenticated.identity.tenant
      identity = authenticated.identity
    } catch (error) {
      refuse(res, error, schemes)
      return
    }
    next()
  }
}

/** The token of the request itself, or one that its Basic credentials are exchanged for. */
async function bearerTokenOf(authorization: Authorization, exchange?: BasicExchange) {
  if (authorization.scheme === 'none') return undefined
  if (authorization.scheme === 'bearer') return authorization.bearerToken
  if (exchange) return exchange(authorization.credentials)
  const text = 'Basic credentials are accepted with the emulated landscape only'
  throw new RequestError('ERR_SCHEME_UNSUPPORTED', text)
}

/** The whole path: express cuts off what a service is mounted at. */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '').split('?', 1)[0] ?? ''
}

import type { IncomingMessage, ServerResponse } from 'node:http'

import cds from '@sap/cds'

import { attachedLandscape } from './emulator/process/attached.js'
import { RequestError } from './errors.js'
import { type AuthOptions, credentialsOf } from './options.js'
import { type Authorization, authorizationOf } from './request/authorization.js'
import { challenge, refuse } from './request/response.js'
import { type BasicExchange, basicExchange } from './token/basic-exchange.js'
import { decode } from './token/decode.js'
import { xsuaaIssuer } from './token/xsuaa-issuer.js'
import { createUser } from './user/create-user.js'

/**
 * CAP's authentication middleware of kind `principal`: request → token → user.
 *
 * @param options - `cds.requires.auth`
 * @returns the middleware that sets `cds.context.user` (with `authInfo`) and `cds.context.tenant`
 * @throws {@link ConfigurationError} when no XSUAA is bound, or the binding is incomplete
 * @see https://cap.cloud.sap/docs/node.js/authentication#custom
 */
export function auth(options: AuthOptions) {
  const credentials = credentialsOf(options)
  const issuer = xsuaaIssuer(credentials, options.config)
  const exchange = attachedLandscape() ? basicExchange(credentials) : undefined
  const schemes = { basic: Boolean(exchange) }

  return async function principal_auth(
    req: IncomingMessage,
    res: ServerResponse,
    next: (error?: unknown) => void
  ): Promise<void> {
    let authenticated = false
    challenge(res, { ...schemes, authenticated: () => authenticated })
    try {
      const bearerToken = await bearerTokenOf(authorizationOf(req), exchange)
      if (bearerToken === undefined) {
        next()
        return
      }
      const context = cds.context as cds.EventContext
      const token = await issuer.verify(decode(bearerToken), { correlationId: context.id })
      context.user = createUser(token, credentials)
      if (token.tenant) context.tenant = token.tenant
      authenticated = true
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

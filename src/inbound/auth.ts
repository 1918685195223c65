import type { IncomingMessage, ServerResponse } from 'node:http'

import { cap, currentContext } from '../cap.js'
import {
  type AuthenticationResult,
  Authenticator,
  type TrustedIssuer,
  trustedIssuers
} from './authenticator.js'
import { checkExchanges } from '../destination/exchange/client.js'
import { attachedLandscape } from '../development/attached.js'
import { RequestError } from '../errors.js'
import { type AuthOptions, bindingsOf } from '../options.js'
import { type Authorization, authorizationOf, likelyToken } from './authorization.js'
import { certificateOf } from './client-certificate.js'
import { watchRequest } from './evidence/request.js'
import { assertDecodablePath } from './hardening.js'
import { resourceMetadata } from './metadata/metadata.js'
import { refuse, requireCredentials } from './response.js'
import { canAnswer, closeWithToken } from './response.js'
import { senderOf } from './sender.js'
import { isFromThisMachine } from './this-machine.js'
import { addChallengeToResponse } from './response.js'
import { type BasicExchange, basicExchange } from '../development/basic-exchange.js'
import { warmAtStart } from '../lib/lifecycle/warm-up.js'
import type { Identity } from '../user/identity.js'
import { featuresOfMocked, mockedNames } from '../user/mocked-features.js'
import { TokenUser } from '../user/token-user.js'

/**
 * CAP's authentication middleware of kind `principal`: request → token → user.
 *
 * @param options - `cds.requires.auth`
 * @returns the middleware that sets `cds.context.user` (with `authInfo`) and `cds.context.tenant`
 * @throws {@link ConfigurationError} when nothing is bound or configured, or a binding is incomplete
 * @see https://cap.cloud.sap/docs/node.js/authentication#custom
 */
export function auth(
  options: AuthOptions
): (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => Promise<void> {
  const bindings = bindingsOf(options, cap.env.requires)
  const authenticator = new Authenticator(warmed(trustedIssuers(options, bindings)))
  const metadata = resourceMetadata(options, bindings)
  checkExchanges()
  const emulated = attachedLandscape() && bindings.xsuaa
  const exchange = emulated ? basicExchange(emulated) : undefined
  const mocked = emulated ? options : undefined

  /** Validates the request's credentials and returns the caller's identity; `undefined` without credentials. */
  async function authenticate(req: IncomingMessage): Promise<Identity | undefined> {
    const authorization = authorizationOf(req)
    if (authorization.scheme === 'none') return undefined
    const clientCertificate = certificateOf(req)
    const bearerToken = tokenIn(authorization) ?? (await exchanged(req, authorization, exchange))
    const known = clientCertificate === undefined ? authenticator.recall(bearerToken) : undefined
    const sender =
      known ??
      (await authenticator.verify(bearerToken, { clientCertificate, sender: senderOf(req) }))
    return setCurrentUser(sender, bearerToken, mocked)
  }

  /** Returns the caller of a token that was verified before, letter by letter, so nothing else of the header needs a look. */
  function recall(req: IncomingMessage): Identity | undefined {
    const bearerToken = likelyToken(req)
    if (bearerToken === undefined || certificateOf(req) !== undefined) return undefined
    const known = authenticator.recall(bearerToken)
    return known && setCurrentUser(known, bearerToken, mocked)
  }

  return withContext(async function principal_auth(req, res, next): Promise<void> {
    const schemes = {
      basic: exchange !== undefined && isFromThisMachine(req),
      // read when an answer needs it
      get resourceMetadata() {
        return metadata?.urlFor(req)
      }
    }
    const evidence = watchRequest(req, res)
    const response = addChallengeToResponse(res, req, schemes)
    try {
      assertDecodablePath(req)
      response.identity = recall(req) ?? (await authenticate(req))
      evidence?.authenticated(response.identity)
    } catch (error) {
      evidence?.authenticated(undefined)
      refuse(res, error, schemes, next)
      return
    }
    const { identity } = response
    if (options.login_required && !identity) {
      requireCredentials(req, res, next)
      return
    }
    if (identity && !canAnswer(res)) closeWithToken(req, res, identity.expiresAt)
    next()
  })
}

/** Has the keys of issuers fetched before the server is ready. */
function warmed(trusted: TrustedIssuer[]): TrustedIssuer[] {
  for (const { issuer } of trusted) {
    warmAtStart(`keys of issuer "${issuer.alias}"`, async () => issuer.loadKeys?.())
  }
  return trusted
}

type Middleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void
) => Promise<void>

/** A route of the application may have `cds.middlewares.auth()` without `context()` before it: the user needs one of its own. */
function withContext(middleware: Middleware): Middleware {
  return function principal_auth(req, res, next) {
    if (cap.context?.http ?? !('set' in res)) return middleware(req, res, next)
    return new Promise((done) => {
      cap.middlewares.context()(req, res, () => {
        done(middleware(req, res, next))
      })
    })
  }
}

/**
 * Makes the sender of the token the current user.
 *
 * @param mocked - options with mocked users, in the emulated landscape
 */
function setCurrentUser(
  result: AuthenticationResult,
  bearerToken: string,
  mocked: AuthOptions | undefined
): Identity {
  const context = currentContext()
  const { identity, issuer } = result
  const user = new TokenUser({ identity, issuer, bearerToken })
  const features =
    mocked && featuresOfMocked(mocked, mockedNames(identity, bearerToken), identity.tenant)
  context.user = features === undefined ? user : Object.assign(user, { features })
  if (identity.tenant) context.tenant = identity.tenant
  return identity
}

function tokenIn(authorization: Authorization): string | undefined {
  return authorization.scheme === 'bearer' ? authorization.bearerToken : undefined
}

/** Exchanges Basic credentials for a token of the emulated landscape, whose users need no password. */
async function exchanged(
  req: IncomingMessage,
  authorization: Authorization,
  exchange?: BasicExchange
): Promise<string> {
  const isLocal = exchange && isFromThisMachine(req)
  if (isLocal && authorization.scheme === 'basic') return exchange(authorization.credentials)
  const text = exchange
    ? 'Basic credentials are accepted from this machine only, with a host name of this machine'
    : 'Basic credentials are accepted with the emulated landscape only'
  throw new RequestError('ERR_SCHEME_UNSUPPORTED', text, {
    sent: 'Basic',
    expected: 'Bearer',
    fix: 'Get a token, and send it as Bearer (of the emulated services: npx cds-principal token <user>).'
  })
}

import type { IncomingMessage, ServerResponse } from 'node:http'

import { cap } from '../../cap.js'
import { comparison, type ErrorCode, type PrincipalError } from '../../errors.js'
import { logWarning, watchFailures } from '../../lib/log.js'
import { inAscii, printable } from '../../lib/redact.js'
import { hasListeners, notifyListeners } from '../../lib/notify.js'
import type { Identity } from '../../user/identity.js'
import { TokenUser } from '../../user/token-user.js'
import { factsOf, type TokenFacts } from './token-facts.js'

/** Name of the event on `cds`. */
const EVENT = 'principal.request'

/** Characters of a path that are told. */
const MAX_PATH = 1000

/** One request that was authenticated or refused, as the event `principal.request` describes it. It has no token and no secret. */
export interface PrincipalRequest {
  /** Correlation id, as in the log. */
  readonly correlationId: string | undefined
  readonly method: string
  /** Path without query. */
  readonly path: string
  /** Name of the CAP service at this path, if there is one. */
  readonly service: string | undefined
  /** Name of the issuer in the configuration. */
  readonly issuer: string | undefined
  readonly principal: 'named' | 'technical' | 'anonymous'
  /** Id of the current user at the end of the request; `undefined` without accepted credentials. */
  readonly user: string | undefined
  /** Tenant of the context. */
  readonly tenant: string | undefined
  /** Facts about the accepted token. */
  readonly token: TokenFacts | undefined
  /** Names of the roles that the token grants. */
  readonly roles: readonly string[]
  /** Status of the answer; `undefined` if the connection was lost before there was one. */
  readonly status: number | undefined
  /** Code of the last failure that was explained in the log while the request was handled. */
  readonly code: ErrorCode | undefined
  /** Part of the way at which that failed. */
  readonly hop: string | undefined
  /** Cause of that failure. */
  readonly cause: string | undefined
  /** Next step after that failure. */
  readonly fix: string | undefined
  /** Duration of the authentication, in milliseconds. */
  readonly authentication: number
  /** Duration until the answer was sent, in milliseconds. */
  readonly duration: number
  /** `job` for a request of the Job Scheduling service. */
  readonly context: 'request' | 'job'
}

/**
 * Subscribes to every request that the authentication of kind `principal` handles, accepted or
 * refused; the same as `cds.on('principal.request', listener)`. Without a listener nothing is
 * collected.
 *
 * A listener runs when the answer has been sent. Its errors are logged, and change nothing. Work that
 * takes time, or writes to a database, belongs in `cds.spawn`.
 *
 * @example
 * ```ts
 * onPrincipalRequest(({ service, status, code }) => counters.add(service, status, code))
 * ```
 * @returns a function that ends the subscription
 */
export function onPrincipalRequest(listener: (request: PrincipalRequest) => void): () => void {
  cap.on(EVENT, listener)
  return () => {
    cap.off(EVENT, listener)
  }
}

/**
 * Begins to collect the facts about a request; `undefined` if nobody listens.
 *
 * @internal
 */
export function watchRequest(
  req: IncomingMessage,
  res: ServerResponse
): RequestEvidence | undefined {
  return hasListeners(EVENT) ? new RequestEvidence(req, res) : undefined
}

/** Collects the facts about a request until its answer has been sent, and publishes them once. @internal */
export class RequestEvidence {
  readonly #start = performance.now()
  readonly #context = cap.context
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  #authentication = 0
  #identity: Identity | undefined
  #bearerToken: string | undefined
  #failure: PrincipalError | undefined

  constructor(req: IncomingMessage, res: ServerResponse) {
    this.#req = req
    this.#res = res
    watchFailures(req, (failure) => {
      this.#failure = failure
    })
    // a stand-in for a response has no end
    if (hasEnd(res)) {
      res.once('close', () => {
        this.#publish()
      })
    }
  }

  /** Records the end of the authentication. */
  authenticated(identity: Identity | undefined): void {
    this.#authentication = this.#elapsed()
    this.#identity = identity
    this.#bearerToken = identity && tokenOf(this.#context?.user)
    if (!hasEnd(this.#res)) this.#publish()
  }

  #publish(): void {
    try {
      notifyListeners(EVENT, Object.freeze(this.#facts()), warn)
    } catch {
      warn()
    }
  }

  #facts(): PrincipalRequest {
    const identity = this.#identity
    const { method = '' } = this.#req
    const path = inAscii(pathOf(this.#req)).slice(0, MAX_PATH)
    return {
      correlationId: this.#context && printable(this.#context.id),
      method: printable(method),
      path,
      service: serviceAt(path),
      issuer: identity?.issuer,
      principal: identity?.kind ?? 'anonymous',
      user: identity && this.#context?.user.id,
      tenant: this.#context?.tenant,
      token:
        identity && this.#bearerToken !== undefined
          ? factsOf(this.#bearerToken, identity.attributes, identity.actor)
          : undefined,
      roles: identity ? Object.keys(identity.roles).map((role) => printable(role)) : [],
      status: this.#status(),
      ...explained(this.#failure),
      authentication: this.#authentication,
      duration: this.#elapsed(),
      context: this.#req.headers['x-sap-job-id'] === undefined ? 'request' : 'job'
    }
  }

  #status(): number | undefined {
    return this.#res.headersSent ? this.#res.statusCode : undefined
  }

  #elapsed(): number {
    return Math.round((performance.now() - this.#start) * 10) / 10
  }
}

/** Returns the token that a user was made of, and that an application cannot see. */
const tokenOf = (user?: object) => user && TokenUser.sourceOf(user)?.bearerToken

const hasEnd = (res: ServerResponse) => 'writableEnded' in res

function explained(
  failure: PrincipalError | undefined
): Pick<PrincipalRequest, 'code' | 'hop' | 'cause' | 'fix'> {
  if (!failure) return { code: undefined, hop: undefined, cause: undefined, fix: undefined }
  const { hop, cause, fix, sent, expected } = failure.explanation
  return { code: failure.code, hop, cause: `${cause}${comparison(sent, expected)}`, fix }
}

/** The whole path: express cuts off what a service is mounted at. */
function pathOf(req: IncomingMessage & { originalUrl?: string }): string {
  return (req.originalUrl ?? req.url ?? '').split('?', 1)[0] ?? ''
}

/** Returns the name of the service with the longest path that the given one begins with. */
function serviceAt(path: string): string | undefined {
  const endpoints = cap.service.providers.flatMap(({ name, path: own, endpoints = [] }) =>
    [...endpoints.map((each) => each.path), own ?? ''].map((each) => ({ name, path: each }))
  )
  const matching = endpoints.filter(
    ({ path: own }) => own && (path === own || path.startsWith(`${own.replace(/\/$/, '')}/`))
  )
  return matching.toSorted((a, b) => b.path.length - a.path.length)[0]?.name
}

function warn(): void {
  logWarning(`a listener of "${EVENT}" failed; the request itself is not affected`)
}

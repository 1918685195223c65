import type { Agent } from 'node:http'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpRequestConfig, HttpResponse } from '@sap-cloud-sdk/http-client'

import { PrincipalError } from '../../errors.js'
import { noteExplained } from '../../lib/log.js'
import { trackWork } from '../../lib/lifecycle/under-way.js'
import type { NamedUser } from '../../user/principal.js'
import { callsAtOnce, closeIdle, connectionKey, connectionsOf } from './connections/connections.js'
import { sendInSession, TokenRefusal } from './csrf-session.js'
import { Deadline } from './deadline.js'
import {
  type HeaderValues,
  type HttpAnswer,
  type HttpCall,
  EXPIRED,
  isLost,
  isRead,
  isRepeatable,
  type Transport,
  TransportError
} from './message/http-call.js'
import {
  type HttpFailure,
  httpFailure,
  httpResponse,
  type Outcome,
  withCause
} from './failure/http-failure.js'
import { httpCall, searchOf, urlIn } from './message/request.js'
import { sendHttp } from './transport.js'
import { CREDENTIALS, identityHeaders } from './message/identity-headers.js'
import { type OneTime, oneTimeCredentials } from './one-time.js'
import { completed, isSuccess } from './message/success.js'
import { sessionKey } from './connections/principal-key.js'
import { makeRoom, sendInPlace, turnForSocket } from './connections/sockets.js'
import { remoteFailure } from './failure/remote-failure.js'
import { renewed, startCoolDown } from './renewal.js'
import type { CsrfOptions } from '../../cap-remote-types.js'
import type { Outbound } from './outbound.js'

/** Options of a call. */
export interface RetryOptions {
  /** Milliseconds for the whole call. */
  readonly timeout: number
  readonly csrf?: CsrfOptions | undefined
  /** Path of the service behind the destination. */
  readonly path?: string | undefined
  /** True if failures have the error of Node as their cause. CAP copies such errors. */
  readonly withCause?: boolean
  /** Transport in place of Node's own client, for connections that only the Cloud SDK can make. */
  readonly transport?: Transport | undefined
  /** Agent of this transport, if it keeps connections. */
  readonly agent?: Agent | undefined
}

/**
 * Errors that name the hop, by the failure that was thrown: CAP wraps the failure, and keeps it as
 * `reason`.
 */
const translations = new WeakMap<object, PrincipalError>()

/**
 * Returns the error that names the hop where a call failed, by the failure that
 * {@link sendWithRetry} has thrown.
 *
 * @internal
 */
export function translationOf(failure: unknown): PrincipalError | undefined {
  return typeof failure === 'object' && failure ? translations.get(failure) : undefined
}

function recordTranslation(failure: HttpFailure, meaning: PrincipalError | undefined): void {
  if (!meaning) return
  translations.set(failure, meaning)
  noteExplained(failure)
}

/**
 * Makes one call with its deadline, CSRF session, one repetition with fresh tokens after a 401 or
 * 407, and one of a read whose connection was lost. A write is never repeated if a byte of it may
 * have been sent.
 *
 * @throws {@link HttpFailure} in the shape of axios; {@link translationOf} says more
 * @internal
 */
export function sendWithRetry(
  outbound: Outbound,
  config: HttpRequestConfig,
  options: RetryOptions
): Promise<HttpResponse> {
  return trackWork('calls', () => sendTracked(outbound, config, options))
}

async function sendTracked(
  outbound: Outbound,
  config: HttpRequestConfig,
  options: RetryOptions
): Promise<HttpResponse> {
  const { destination, user, tenant } = outbound
  const deadline = new Deadline()
  let call: HttpCall | undefined
  let refused: HeaderValues | undefined
  let isRepeated = false
  const statuses = new Set<number>()
  const oneTime = oneTimeCredentials(outbound)
  const sendAs = (to: HttpDestination, identity: HeaderValues, renewable: boolean) => {
    const own = refused ? withoutRefused(config, refused) : config
    call = httpCall(to, own, identity, user !== undefined)
    refused = identity
    statuses.clear()
    const common = { user, tenant, deadline, statuses, oneTime }
    const context = { ...common, destination: to, identity, renewable }
    return attempt(call, context, options)
  }
  const answered = async () => {
    const identity = await identityHeaders(destination)
    const first = await sendAs(destination, identity, outbound.renew !== undefined)
    const isOfToken = first instanceof TokenRefusal
    const answer = isOfToken ? first.answer : first
    if (!call || (answer.status !== 401 && answer.status !== 407)) return answer
    // of a write whose token was refused nothing has left
    const next = await renewed(outbound, isOfToken ? { ...call, body: undefined } : call, answer)
    if (!next && !(isOfToken && answer.status === 401)) return answer
    isRepeated = next !== undefined
    const target = next ?? destination
    const second = await sendAs(target, next ? await identityHeaders(next) : identity, false)
    if (next && statuses.has(answer.status)) await startCoolDown(outbound, answer.status)
    return second instanceof TokenRefusal ? second.answer : second
  }
  let outcome: Outcome | PrincipalError
  try {
    const complete = async () => completed(await answered(), call, config)
    outcome = await deadline.run(options.timeout, destination.url, complete)
  } catch (error) {
    if (!(error instanceof TransportError) && !(error instanceof PrincipalError)) throw error
    outcome = error
  }
  if (isSuccess(outcome, call, config)) return httpResponse(outcome)
  const failure = httpFailure(outcome, call, config, destination.url)
  const sent = { destination, call, userBound: !!user, isRepeated, withCsrf: !!options.csrf }
  recordTranslation(
    failure,
    outcome instanceof PrincipalError ? outcome : remoteFailure(outcome, sent, failure)
  )
  if (options.withCause && outcome instanceof TransportError) withCause(failure, outcome)
  throw failure
}

/**
 * Removes rejected credentials from a request: the Cloud SDK adds those of the destination when it
 * prepares a request, and they would hide the fresh ones.
 */
function withoutRefused(config: HttpRequestConfig, refused: HeaderValues): HttpRequestConfig {
  const { headers = {} } = config
  const own = Object.entries(headers)
  const others = own.filter(
    ([name, value]) =>
      !CREDENTIALS.some((each) => each === name.toLowerCase() && value === refused[each])
  )
  return { ...config, headers: Object.fromEntries(others) as Record<string, string> }
}

/** Values that all requests of a call share. */
interface CallContext {
  readonly destination: HttpDestination
  readonly user: NamedUser | undefined
  readonly tenant: string | undefined
  readonly identity: HeaderValues
  /** True if a refusal leads to a repetition with other credentials. */
  readonly renewable: boolean
  readonly deadline: Deadline
  /** Statuses of the answers, also of those to requests for a CSRF token. */
  readonly statuses: Set<number>
  /** Gives each further request other credentials; `undefined` where they can be sent again. */
  readonly oneTime: OneTime | undefined
}

function attempt(
  call: HttpCall,
  context: CallContext,
  options: RetryOptions
): Promise<HttpAnswer | TokenRefusal> {
  const { csrf, path } = options
  const request = async (each: HttpCall) => {
    const answer = await repeated(each, context, options)
    context.statuses.add(answer.status)
    return answer
  }
  if (!csrf) return request(call)
  const { destination, identity, renewable, deadline } = context
  const scope = {
    key: [
      destination.name ?? undefined,
      destination.url,
      path,
      ...sessionKey(context, call.headers)
    ],
    root: path === undefined ? undefined : urlIn(destination, `${path.replace(/\/+$/, '')}/`),
    tokenUrl: csrf.url === undefined ? undefined : urlIn(destination, csrf.url),
    method: (csrf.method ?? 'head').toUpperCase(),
    search: searchOf(destination),
    kept: new Set(Object.keys(identity)),
    renewable,
    isOver: () => deadline.expired
  }
  return sendInSession(scope, call, request)
}

/** Sends one request, and repeats it once if it cannot take effect twice. */
async function repeated(call: HttpCall, context: CallContext, options: RetryOptions) {
  const { transport } = options
  const { deadline, identity, user, tenant, oneTime } = context
  const { proxyConfiguration: proxy } = context.destination
  const member = connectionKey(call, proxy, user, identity)
  const owner = { tenant: user?.tenant ?? tenant, member, limit: callsAtOnce(user) }
  let agent: Agent | undefined
  let wasSent = false
  const once = async () => {
    const own = oneTime ? await oneTime(call) : call
    const turn = turnForSocket(owner, own, deadline)
    deadline.isWaiting = !wasSent && turn instanceof Promise
    const release = turn instanceof Promise ? await turn : turn
    deadline.isWaiting = false
    wasSent = true
    // the caller has got its error: nothing may be sent any more
    if (deadline.expired) release()
    if (deadline.expired) throw new TransportError('timeout', EXPIRED, { sent: false })
    if (transport) return sendInPlace(() => transport(own, deadline), options.agent, release)
    // calls that wait take no connections from others
    agent = connectionsOf(member, own, proxy)
    makeRoom(agent)
    return sendHttp(own, deadline, agent, proxy, release)
  }
  try {
    return await once()
  } catch (error) {
    if (!(error instanceof TransportError) || !isLost(error.code) || deadline.expired) throw error
    // what was closed with it would fail the repetition as well
    if (agent) closeIdle(agent)
    if (!isRepeatable(call) || (error.sent && !isRead(call))) throw error
    return await once()
  }
}

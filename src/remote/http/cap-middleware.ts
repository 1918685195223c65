import type { HttpMiddleware, HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { explainAnswer, explainPart, keepForErrors } from './failure/system-answer.js'
import { sendWithRetry, translationOf, type RetryOptions } from './send-with-retry.js'
import { type HttpAnswer, type Transport, TransportError } from './message/http-call.js'
import { HttpFailure } from './failure/http-failure.js'
import { isGood, withoutStream } from './message/response-body.js'
import { axiosConfig } from './message/request.js'
import { agentOf, needsCloudSdk } from './cloud-sdk-connection.js'
import type { CallingService } from '../../cap-remote-types.js'
import type { Outbound } from './outbound.js'

/**
 * Middlewares that CAP puts around a call of its remote services: the second for calls that need a
 * CSRF token.
 */
export interface CallMiddlewares {
  readonly timeout: HttpMiddleware
  readonly csrf: HttpMiddleware
}

/**
 * Creates CAP's middlewares for one call. They answer the request themselves: the Cloud SDK has
 * prepared it, and its own client is used only if no other can make the connection.
 *
 * @internal
 */
export function callMiddlewares(outbound: Outbound, service: CallingService): CallMiddlewares {
  const { requestTimeout: timeout, csrf, path } = service
  const options = { timeout, path }
  const withSession = { ...options, csrf: typeof csrf === 'object' ? csrf : {} }
  // The inner one stands aside, and the outer one sees by it that CAP wants a token.
  const inner = new WeakMap<object, HttpMiddlewareFunction>()
  return {
    csrf: ({ fn }) => {
      const marked: HttpMiddlewareFunction = (request) => fn(request)
      inner.set(marked, fn)
      return marked
    },
    timeout: ({ fn }) => {
      const client = inner.get(fn)
      const { name } = outbound.destination
      return async (request) => {
        const settings = client ? withSession : options
        try {
          const response = await run(outbound, request, settings, client ?? fn)
          explainPart(request, response, name)
          return response
        } catch (failure) {
          if (!translationOf(failure)) explainAnswer(failure, name)
          throw service.kind === 'hcql' ? forHcql(failure) : failure
        }
      }
    }
  }
}

/** Adds an empty response to a failed `hcql` call without one, because CAP reads it; else CAP may throw the errors in it. */
function forHcql(failure: unknown): unknown {
  if (!(failure instanceof HttpFailure)) return failure
  if (!failure.response) return Object.assign(failure, { response: { data: {} } })
  keepForErrors(failure)
  return failure
}

type HttpMiddlewareFunction = ReturnType<HttpMiddleware>

/** Creates the innermost middleware for a request that the Cloud SDK's client sends. @internal */
export function retryMiddleware(outbound: Outbound, options: RetryOptions): HttpMiddleware {
  return ({ fn }) =>
    (request) =>
      sendWithRetry(outbound, request, { ...options, ...ofCloudSdk(fn, request) })
}

function run(
  outbound: Outbound,
  request: HttpRequestConfig,
  options: RetryOptions,
  client: HttpMiddlewareFunction
) {
  if (!needsCloudSdk(outbound.destination)) return sendWithRetry(outbound, request, options)
  return sendWithRetry(outbound, request, { ...options, ...ofCloudSdk(client, request) })
}

/** Returns the options of a call that the Cloud SDK's own client sends, with its own connections. */
function ofCloudSdk(client: HttpMiddlewareFunction, request: HttpRequestConfig) {
  return { transport: axiosTransport(client, request), agent: agentOf(request) }
}

function axiosTransport(client: HttpMiddlewareFunction, request: HttpRequestConfig): Transport {
  return async (call, deadline) => {
    const abort = new AbortController()
    deadline.onExpired(() => {
      abort.abort()
    })
    const signal = call.signal ? AbortSignal.any([call.signal, abort.signal]) : abort.signal
    try {
      // not more of it: axios adds the whole request
      const response: unknown = await client(axiosConfig({ ...call, signal }, request))
      const { status, statusText, headers, data } = response as HttpAnswer
      const body = isGood(status) ? data : await withoutStream(data, call)
      return { status, statusText, headers: { ...headers }, data: body }
    } catch (error) {
      const { message, code = 'ERR_NETWORK' } = error as Error & { code?: string }
      throw new TransportError(message, code, { cause: error })
    }
  }
}

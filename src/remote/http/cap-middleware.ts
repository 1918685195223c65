import type { HttpMiddleware, HttpRequestConfig } from '@sap-cloud-sdk/http-client'

import { sendWithRetry, type RetryOptions, type Outbound } from './send-with-retry.js'
import { type HttpAnswer, type Transport, TransportError } from './message/http-call.js'
import type { CsrfOptions } from './csrf-session.js'
import { HttpFailure } from './failure/http-failure.js'
import { axiosConfig } from './message/request.js'
import { needsCloudSdk } from './cloud-sdk-connection.js'

/** What of a CAP service matters for its calls. */
export interface CallingService {
  readonly kind: string
  /** Milliseconds. */
  readonly requestTimeout: number
  readonly csrf: CsrfOptions | boolean | undefined
  readonly path: string | undefined
}

/** The two that CAP puts around a call of its remote services: the second for those that need a CSRF token. */
export interface CallMiddlewares {
  readonly timeout: HttpMiddleware
  readonly csrf: HttpMiddleware
}

/**
 * CAP's middlewares for one call. They answer the request themselves: the Cloud SDK has prepared it, and its own client is
 * used only where it alone can make the connection.
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
      return (request) =>
        run(outbound, request, client ? withSession : options, client ?? fn).catch(
          (failure: unknown) => {
            throw service.kind === 'hcql' ? withResponse(failure) : failure
          }
        )
    }
  }
}

/** CAP looks into the response of a failed `hcql` call, also where there is none. */
function withResponse(failure: unknown): unknown {
  if (!(failure instanceof HttpFailure) || failure.response) return failure
  return Object.assign(failure, { response: { data: {} } })
}

type HttpMiddlewareFunction = ReturnType<HttpMiddleware>

/** The innermost middleware for a request that the Cloud SDK's client shall send. @internal */
export function retryMiddleware(outbound: Outbound, options: RetryOptions): HttpMiddleware {
  return ({ fn }) =>
    (request) =>
      sendWithRetry(outbound, request, { ...options, transport: axiosTransport(fn, request) })
}

function run(
  outbound: Outbound,
  request: HttpRequestConfig,
  options: RetryOptions,
  client: HttpMiddlewareFunction
) {
  if (!needsCloudSdk(outbound.destination)) return sendWithRetry(outbound, request, options)
  return sendWithRetry(outbound, request, {
    ...options,
    transport: axiosTransport(client, request)
  })
}

/** The Cloud SDK's own client. Its connections are its own as well. */
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
      return { status, statusText, headers: { ...headers }, data }
    } catch (error) {
      const { message, code = 'ERR_NETWORK' } = error as Error & { code?: string }
      throw new TransportError(message, code, { cause: error })
    }
  }
}

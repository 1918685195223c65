import type { HttpRequestConfig, HttpResponse } from '@sap-cloud-sdk/http-client'

import { cloudSdkHttpClient } from '../../lib/lazy.js'
import { retryMiddleware } from './cap-middleware.js'
import { sendWithRetry, translationOf } from './send-with-retry.js'
import { isUnderstood } from './message/request.js'
import { needsCloudSdk } from './cloud-sdk-connection.js'
import type { CsrfOptions } from '../../cap-remote-types.js'
import type { Outbound } from './outbound.js'

// the rest of this folder is private: this file is what other folders import
export { callMiddlewares } from './cap-middleware.js'
export { visibleDestination } from './cloud-sdk-connection.js'
export { type FailedRequest, HttpFailure, withRemoteError } from './failure/http-failure.js'
export { explanationOf, failureOf } from './failure/system-answer.js'
export { identityHeaders, propertiesOf } from './message/identity-headers.js'
export type { Outbound } from './outbound.js'
export { translationOf } from './send-with-retry.js'

/** Options of a call. */
export interface SendOptions {
  /**
   * Milliseconds for the whole call, until the answer is complete (a stream: until it begins); 0:
   * no limit. Default: 60,000.
   */
  readonly timeout?: number | undefined
  /**
   * True, or options, if a CSRF token and session cookies are fetched for writes. They are kept for
   * this user and `path`. Default: `false`.
   */
  readonly csrf?: boolean | CsrfOptions | undefined
  /** Path of the service behind the destination, as CAP's `credentials.path`. */
  readonly path?: string | undefined
}

/** Milliseconds for a call; CAP's own default. */
const TIMEOUT = 60_000

/**
 * Sends one HTTP request over a connection that belongs to exactly this principal.
 *
 * @param request - as for the Cloud SDK's `executeHttpRequest`, with a `url` relative to the destination
 * @returns in the shape of axios: status 2xx, headers by lower-case name, `data` by `responseType`
 * @throws {@link RemoteError} that names the hop where the call failed
 * @throws {@link HttpFailure} with `response` (`status`, `data`), as axios', for what the system behind the destination
 *   says to the request itself: 400, 404, 409, 412, 422, …
 * @internal
 */
export async function send(
  outbound: Outbound,
  request: HttpRequestConfig,
  { timeout = TIMEOUT, csrf, path }: SendOptions = {}
): Promise<HttpResponse> {
  const session = csrf === true ? {} : csrf === false ? undefined : csrf
  const options = { timeout, csrf: session, path, withCause: true }
  try {
    if (isUnderstood(request) && !needsCloudSdk(outbound.destination)) {
      return await sendWithRetry(outbound, request, options)
    }
    const { executeHttpRequest } = await cloudSdkHttpClient()
    const middleware = [...(request.middleware ?? []), retryMiddleware(outbound, options)]
    return await executeHttpRequest(
      outbound.destination,
      { ...request, middleware },
      { fetchCsrfToken: false }
    )
  } catch (error) {
    throw translationOf(error) ?? error
  }
}

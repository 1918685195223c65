import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpRequestConfig, HttpResponse } from '@sap-cloud-sdk/http-client'

import type { NamedUser } from '../user/principal.js'
import type { CsrfOptions } from './csrf-session.js'

/** Where a call goes, and as whom. */
export interface Outbound {
  /** Complete, with the tokens of exactly this principal: what `completeDestination` has made. */
  readonly destination: HttpDestination
  /** The named user as whom it goes out; without one, the destination's technical user does. */
  readonly user?: NamedUser | undefined
  /** The same destination with fresh tokens: called after a 401 or 407, before the one repetition. */
  readonly renew?: (() => Promise<HttpDestination>) | undefined
}

/** What else can be said of a call. */
export interface SendOptions {
  /** Milliseconds for everything that it takes, until the answer is there (a stream: until it begins). Default: 60,000. */
  readonly timeout?: number
  /** A CSRF token and session cookies are fetched for writes, and kept for this user and `path`. Default: `false`. */
  readonly csrf?: boolean | CsrfOptions
  /** Path of the service behind the destination, as CAP's `credentials.path`. */
  readonly path?: string
}

/**
 * Sends one HTTP request over a connection that belongs to exactly this principal.
 *
 * @param request - as for the Cloud SDK's `executeHttpRequest`, with a `url` relative to the destination
 * @returns in the shape of axios: status 2xx, headers by lower-case name, `data` by `responseType`
 * @throws {@link RemoteError} that names the hop where the call failed
 * @throws an error with `response` (`status`, `data`), as axios', for what the system behind the destination says to
 *   the request itself: 400, 404, 409, 412, 422, …
 * @internal
 */
export declare function send(
  outbound: Outbound,
  request: HttpRequestConfig,
  options?: SendOptions
): Promise<HttpResponse>

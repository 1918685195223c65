import type { TokenService } from '../../xsuaa/grants/token-service.js'

/** An entry of `authTokens`; `type` and `value` are there even if the retrieval failed. */
export interface AuthToken {
  type: string
  value: string
  /** Seconds, and a string, unlike XSUAA's; an assertion has none. */
  expires_in?: string
  http_header?: { key: string; value: string }
  scope?: string
  refresh_token?: string
  /** RFC 8693 section 2.2.1. */
  issued_token_type?: string
  error?: string
}

/** The owner of the destination, and the user for whom a token shall be fetched. */
export interface Caller {
  /** The tenant of the service token. */
  tenant: string
  /** `X-tenant`: counts where the token service is one for all tenants. */
  subdomain: string | undefined
  /** `X-user-token`, or the user token that the client has authenticated with. */
  userToken: string | undefined
  /** `X-refresh-token` */
  refreshToken: string | undefined
  /** `X-Subject-Token` with its type. */
  subject: TypedToken
  /** `X-Actor-Token` with its type. */
  actor: TypedToken
  /** The result of the first destination of a chain: an assertion about the user, base64url. */
  assertion?: string
}

/** A token with its type: `X-Subject-Token` or `X-Actor-Token`. */
export interface TypedToken {
  readonly token: string | undefined
  readonly type: string | undefined
}

/** The parts that the Destination service needs besides XSUAA to call token services. */
export interface DestinationTokens extends TokenService {
  /** Certificate authority of the landscape (PEM). */
  readonly ca: string
}

/**
 * Every code that this package puts on an error or into the log. `docs/errors.md` explains each; a test compares the two.
 *
 * The value is the HTTP status that a client sees when the error answers a request.
 */
export const ERROR_CODES = {
  /** The configuration can't work; the process does not start. */
  ERR_CONFIGURATION: 500,
  /** More than one `Authorization` header, or one that no scheme can read. */
  ERR_REQUEST_MALFORMED: 400,
  /** The scheme of the `Authorization` header is not accepted here. */
  ERR_SCHEME_UNSUPPORTED: 401,
  /** No credentials came where some are needed, or the `Authorization` header names a scheme and has none. */
  ERR_CREDENTIALS_MISSING: 401,
  /** The token was accepted; then the application answered 401 itself, or passed on that of another system. */
  ERR_UNAUTHORIZED_PASSED_ON: 401,
  /** Basic credentials were refused by the emulated XSUAA. */
  ERR_CREDENTIALS_REFUSED: 401,
  /** Not a compact JWS of three base64url segments with JSON objects inside. */
  ERR_TOKEN_MALFORMED: 401,
  /** The signature algorithm, the type or a critical header parameter is not accepted. */
  ERR_TOKEN_HEADER: 401,
  /** No key of the issuer has the `kid` of the token, or the signature is wrong. */
  ERR_TOKEN_SIGNATURE: 401,
  /** `iss` is missing, or no issuer of that name is configured. */
  ERR_TOKEN_ISSUER: 401,
  /** The token was issued for another application. */
  ERR_TOKEN_AUDIENCE: 401,
  /** Signed by the issuer, but no access token: a refresh token, a logout token, an ID token. */
  ERR_TOKEN_TYPE: 401,
  /** The token is bound to a client certificate that the request does not bring. */
  ERR_TOKEN_BINDING: 401,
  /** The token's time is over. */
  ERR_TOKEN_EXPIRED: 401,
  /** The token's time has not come. */
  ERR_TOKEN_NOT_YET_VALID: 401,
  /** A claim is missing or has the wrong shape. */
  ERR_TOKEN_CLAIM: 401,
  /** The token belongs to a tenant that this application does not serve. */
  ERR_TOKEN_TENANT: 401,
  /** The user's own condition would hide what is written, or does not permit the record. */
  ERR_WRITE_RESTRICTED: 403,
  /** `$expand` or a path to an entity that the user may not read, or whose condition can't be checked there. */
  ERR_EXPAND_RESTRICTED: 403,
  /** A restriction can't be checked: no key, deep data of a remote service, values of other records, a hierarchy. */
  ERR_RESTRICTION_UNCHECKED: 403,
  /** The sender of an accepted token has none of the roles that would do. */
  ERR_ROLE_MISSING: 403,
  /** A technical token of another application has none of the scopes that this one could have granted it. */
  ERR_GRANT_MISSING: 403,
  /** The issuer's keys can't be had at the moment. */
  ERR_ISSUER_UNAVAILABLE: 503,
  /** The remote service is called as a named user, and the current identity is none. */
  ERR_USER_TOKEN_REQUIRED: 403,
  /** The user's token has ended, or ends within `minTokenLifetime`, when the remote call is made. */
  ERR_TOKEN_EXPIRES: 401,
  /** The current context is of another tenant than the user's token. */
  ERR_TENANT_MISMATCH: 403,
  /** The user came through a client that may not act as the user at the remote service. */
  ERR_CLIENT_NOT_ALLOWED: 403,
  /** A call on behalf of a named user was put into a queue, which keeps no token. */
  ERR_QUEUED_NAMED_USER: 500,
  /** Work was queued in a way that a delegation does not cover: `every`, `schedule` without `as`. */
  ERR_DELEGATION_REFUSED: 500,
  /** The record of the author does not belong to the queued message, or there is none. */
  ERR_DELEGATION_INVALID: 500,
  /** The delegation is over: its time, its single use, it was revoked, or the user is gone. */
  ERR_DELEGATION_ENDED: 403,
  /** A call of queued work was sent, and its outcome is not known. */
  ERR_DELEGATION_OUTCOME: 502,
  /** Another attempt has the queued work, or has done it: this one leaves it alone. */
  ERR_DELEGATION_TAKEN: 409,
  /** The keys of delegations can't be read from the SAP Credential Store. */
  ERR_DELEGATION_KEYS: 503,
  /** There is no token for the author of queued work at the moment. */
  ERR_DELEGATION_TOKEN: 503,
  /** The destination can't carry a user, but the service demands a named one. */
  ERR_DESTINATION_TECHNICAL: 500,
  /** The destination propagates users, but the service demands a technical one. */
  ERR_DESTINATION_USER_BOUND: 500,
  /** No destination of that name. */
  ERR_DESTINATION_NOT_FOUND: 502,
  /** XSUAA gave no token in exchange for that of an external issuer, or another user's. */
  ERR_TOKEN_EXCHANGE: 502,
  /** The Destination service or its token service did not answer as it should. */
  ERR_DESTINATION_UNAVAILABLE: 502,
  /** The URL of a request leads to another host than the destination's. */
  ERR_REMOTE_HOST: 500,
  /** The path of a request leaves that of the destination's URL. */
  ERR_REMOTE_PATH: 500,
  /** The Connectivity proxy refuses the application: its token, or a header. */
  ERR_REMOTE_PROXY: 502,
  /** No Cloud Connector is connected, or none with this location id. */
  ERR_REMOTE_CLOUD_CONNECTOR: 503,
  /** The Cloud Connector does not expose the system or the path. */
  ERR_REMOTE_NOT_EXPOSED: 502,
  /** The Cloud Connector makes no certificate for the user. */
  ERR_REMOTE_PRINCIPAL: 403,
  /** The system's name has no address, or nothing listens there. */
  ERR_REMOTE_UNREACHABLE: 502,
  /** The system's certificate is not trusted, or TLS fails in another way. */
  ERR_REMOTE_TLS: 502,
  /** The connection ended before the answer was complete. */
  ERR_REMOTE_CONNECTION_LOST: 502,
  /** No answer in time. */
  ERR_REMOTE_TIMEOUT: 504,
  /** Too many calls wait for a connection; this one was not sent. */
  ERR_REMOTE_LIMIT: 503,
  /** The system says that it can't answer at the moment. */
  ERR_REMOTE_UNAVAILABLE: 503,
  /** The system does not accept the logon. */
  ERR_REMOTE_UNAUTHORIZED: 502,
  /** The user may not do that in the system. */
  ERR_REMOTE_FORBIDDEN: 403,
  /** The system answers the request itself with an error; in the log only, as CAP has an error of its own for it. */
  ERR_REMOTE_ANSWER: 502,
  /** A page for a browser came in place of data. */
  ERR_REMOTE_LOGON_PAGE: 502,
  /** The system sends elsewhere; credentials are not taken there. */
  ERR_REMOTE_REDIRECT: 502,
  /** The system accepts no CSRF token that it has given, or gives none. */
  ERR_REMOTE_CSRF: 502
} as const

/** A code of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES

/** Part of the way of a request at which a failure of each kind happens, where the error does not say it itself. */
const HOPS: Readonly<Record<string, string>> = {
  CONFIGURATION: 'configuration',
  CREDENTIALS: 'incoming request',
  REQUEST: 'incoming request',
  SCHEME: 'incoming request',
  UNAUTHORIZED: 'application',
  TOKEN: 'incoming token',
  ISSUER: 'issuer of the token',
  ROLE: 'authorization',
  GRANT: 'authorization',
  WRITE: 'authorization',
  EXPAND: 'authorization',
  RESTRICTION: 'authorization',
  TOKEN_EXPIRES: 'before the call',
  TOKEN_EXCHANGE: 'token exchange',
  USER: 'before the call',
  TENANT: 'before the call',
  CLIENT: 'before the call',
  QUEUED: 'before the call',
  DELEGATION: 'before the call',
  DELEGATION_TOKEN: 'token exchange',
  DESTINATION: 'destination',
  REMOTE_HOST: 'before the call',
  REMOTE_LIMIT: 'before the call',
  REMOTE_PATH: 'before the call',
  REMOTE_PROXY: 'the Connectivity proxy',
  REMOTE_CLOUD: 'the Connectivity proxy',
  REMOTE_NOT: 'the Cloud Connector',
  REMOTE_PRINCIPAL: 'the Cloud Connector',
  REMOTE_UNAVAILABLE: 'the system',
  REMOTE_UNAUTHORIZED: 'the system',
  REMOTE_FORBIDDEN: 'the system',
  REMOTE_LOGON: 'the system',
  REMOTE_REDIRECT: 'the system',
  REMOTE_CSRF: 'the system',
  REMOTE_ANSWER: 'the system',
  REMOTE: 'remote system'
}

/** Returns the hop for a code, or for the first of its words. @internal */
export function hopOf(code: ErrorCode): string {
  const [, area = '', what = ''] = code.split('_')
  return HOPS[`${area}_${what}`] ?? HOPS[area] ?? 'application'
}

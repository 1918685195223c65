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
  /** A call on behalf of a named user was put into a queue, which keeps no token. */
  ERR_QUEUED_NAMED_USER: 500,
  /** The destination can't carry a user, but the service demands a named one. */
  ERR_DESTINATION_TECHNICAL: 500,
  /** The destination propagates users, but the service demands a technical one. */
  ERR_DESTINATION_USER_BOUND: 500,
  /** No destination of that name. */
  ERR_DESTINATION_NOT_FOUND: 502,
  /** XSUAA gave no token in exchange for that of an external issuer, or another user's. */
  ERR_TOKEN_EXCHANGE: 502,
  /** The Destination service or its token service did not answer as it should. */
  ERR_DESTINATION_UNAVAILABLE: 502
} as const

/** A code of {@link ERROR_CODES}. */
export type ErrorCode = keyof typeof ERROR_CODES

/** What a client is told, by HTTP status: constant text, nothing about the application, its tenants, roles or users. */
const CLIENT_TEXT: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable'
}

/**
 * Base of all errors of this package.
 *
 * `message` is written for the developer who reads the log: what is wrong, and the next step. It holds no token, secret
 * or claim. Clients get {@link PrincipalError.clientMessage | clientMessage} instead.
 */
export class PrincipalError extends Error {
  /** Stable code, explained in `docs/errors.md`. */
  readonly code: ErrorCode
  /** HTTP status for the client. */
  readonly status: number

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
    this.status = ERROR_CODES[code]
  }

  /** Constant text for clients, by status. */
  get clientMessage(): string {
    return CLIENT_TEXT[this.status] ?? 'Error'
  }
}

/** Wrong configuration: stops the start. `message` names the option. */
export class ConfigurationError extends PrincipalError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_CONFIGURATION', message, options)
  }
}

/** The request as such is wrong: 400, or 401 where another scheme would do (RFC 6750, section 3.1). */
export class RequestError extends PrincipalError {}

/** The token of the request is not accepted: 401 `invalid_token`, or 503 while its issuer can't be asked. */
export class TokenError extends PrincipalError {
  /** Name of the issuer in the configuration, when it was one of them that judged. */
  issuer?: string
}

/** No destination can be used for this call. */
export class DestinationError extends PrincipalError {}

/** The current identity may not be sent to the remote service: refused before any connection to it is opened. */
export class PropagationError extends PrincipalError {
  /** CAP's queue reads it: a message's identity never changes, so another attempt would be refused, too. */
  // eslint-disable-next-line @typescript-eslint/class-literal-property-style -- a field would be sent to clients
  get unrecoverable(): true {
    return true
  }
}

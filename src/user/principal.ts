/** A person, named by a validated token. Only this kind can be propagated. */
export interface NamedUser {
  readonly kind: 'named'
  /** User id of the token; the same as `cds.context.user.id` unless the application has changed that. */
  readonly userId: string
  readonly tenant: string | undefined
  /** Name of the issuer in the configuration. */
  readonly issuer: string
  /** Identity provider that the user has logged on with: `origin` of XSUAA, the tenant of Identity Authentication. */
  readonly origin?: string | undefined
  /** The user's immutable id, where the token has one: a name can be given to somebody else. */
  readonly subject?: string | undefined
  /** Client that the token was issued to, which acts as the user: `azp`, in older tokens `cid`. */
  readonly client?: string | undefined
  /** Issuer of the token that has named the client, for the author of queued work. Default: `issuer`. */
  readonly clientIssuer?: string | undefined
  /** Actor that a token of another issuer names (`act`, RFC 8693): somebody who acts for the user. */
  readonly actor?: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** `delegation` for the author of queued work; `undefined` for the user of a validated token. */
  readonly via?: 'delegation' | undefined
  /** The user's own, validated token. Not enumerable: it stays out of logs. */
  readonly bearerToken: string
}

/** A program: a validated token without a user, or a user object that stands for the system. */
export interface TechnicalUser {
  readonly kind: 'technical'
  /** `token`: client credentials; `privileged`: `cds.User.privileged`; `custom`: made by the application, no token. */
  readonly origin: 'token' | 'privileged' | 'custom'
  /** Reason why the `authInfo` of a `custom` user proves no identity. */
  readonly reason?: Unproven
  readonly tenant: string | undefined
  /** Client that a `token` was issued to. */
  readonly client?: string | undefined
}

/**
 * Reason why a user object is not the user of a validated token: it has no `authInfo`; only its prototype has; it comes from elsewhere
 * (made by the application, or a copy of one); the object was made of one token, and has the `authInfo` of another.
 */
export type Unproven = 'absent' | 'inherited' | 'unknown' | 'other'

/** Anonymous caller: no credentials, or no request at all. */
export interface Anonymous {
  readonly kind: 'anonymous'
}

/** Principal on whose behalf something happens. */
export type Principal = NamedUser | TechnicalUser | Anonymous

/** A person, with the token out of sight of `util.inspect` and `JSON.stringify`. @internal */
export class TokenPrincipal implements NamedUser {
  readonly kind = 'named'
  readonly userId: string
  readonly tenant: string | undefined
  readonly issuer: string
  readonly origin: string | undefined
  readonly subject: string | undefined
  readonly expiresAt: number
  declare readonly client?: string
  declare readonly clientIssuer?: string
  declare readonly actor?: string
  declare readonly via?: 'delegation'
  readonly #bearerToken: string

  constructor(user: Omit<NamedUser, 'kind'>) {
    this.userId = user.userId
    this.tenant = user.tenant
    this.issuer = user.issuer
    this.origin = user.origin
    this.subject = user.subject
    this.expiresAt = user.expiresAt
    if (user.client !== undefined) this.client = user.client
    if (user.clientIssuer !== undefined) this.clientIssuer = user.clientIssuer
    if (user.actor !== undefined) this.actor = user.actor
    if (user.via) this.via = user.via
    this.#bearerToken = user.bearerToken
  }

  get bearerToken(): string {
    return this.#bearerToken
  }
}

/** Returns one sentence for logs about the current principal, without a user's name. */
export function describe(principal: Principal): string {
  if (principal.kind === 'named') return 'a named user'
  if (principal.kind === 'anonymous') return 'anonymous (no credentials, or no request at all)'
  if (principal.origin === 'custom')
    return `a user object ${UNPROVEN[principal.reason ?? 'absent']}`
  return {
    token: 'a technical user (a client_credentials token)',
    privileged: 'the privileged user (cds.User.privileged)'
  }[principal.origin]
}

const UNPROVEN = {
  absent: 'without the "authInfo" of a validated token',
  inherited: 'that has no "authInfo" of its own, only its prototype has',
  unknown: 'whose "authInfo" is not that of a token validated here',
  other: 'that was made of one token and has the "authInfo" of another'
} as const satisfies Record<Unproven, string>

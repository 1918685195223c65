/** A person, named by a validated token. Only this kind can be propagated. */
export interface NamedUser {
  readonly kind: 'named'
  /** The same as `cds.context.user.id`. */
  readonly userId: string
  readonly tenant: string | undefined
  /** Name of the issuer in the configuration. */
  readonly issuer: string
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** The user's own, validated token. Not enumerable: it stays out of logs. */
  readonly bearerToken: string
}

/** A program: a validated token without a user, or a user object that stands for the system. */
export interface TechnicalUser {
  readonly kind: 'technical'
  /** `token`: client credentials; `privileged`: `cds.User.privileged`; `custom`: made by the application, no token. */
  readonly origin: 'token' | 'privileged' | 'custom'
  readonly tenant: string | undefined
}

/** Nobody: no credentials, or no request at all. */
export interface Anonymous {
  readonly kind: 'anonymous'
}

/** On whose behalf something happens. */
export type Principal = NamedUser | TechnicalUser | Anonymous

/** A person, with the token out of sight of `util.inspect` and `JSON.stringify`. @internal */
export class TokenPrincipal implements NamedUser {
  readonly kind = 'named'
  readonly userId: string
  readonly tenant: string | undefined
  readonly issuer: string
  readonly expiresAt: number
  readonly #bearerToken: string

  constructor(user: Omit<NamedUser, 'kind'>) {
    this.userId = user.userId
    this.tenant = user.tenant
    this.issuer = user.issuer
    this.expiresAt = user.expiresAt
    this.#bearerToken = user.bearerToken
  }

  get bearerToken(): string {
    return this.#bearerToken
  }
}

/** One sentence for logs: who is current. Names no user. */
export function describe(principal: Principal): string {
  if (principal.kind === 'named') return 'a named user'
  if (principal.kind === 'anonymous') return 'anonymous (no credentials, or no request at all)'
  return {
    token: 'a technical user (a client_credentials token)',
    privileged: 'the privileged user (cds.User.privileged)',
    custom: 'a user object without a validated token of its own'
  }[principal.origin]
}

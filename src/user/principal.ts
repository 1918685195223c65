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

/** What {@link principalOf} reads of `cds.context.user`. */
export interface UserLike {
  readonly id?: unknown
  readonly authInfo?: unknown
  readonly _is_privileged?: boolean
  readonly _is_anonymous?: boolean
}

/** Principals by the `authInfo` that was made together with them: nobody else can make an entry. */
const principals = new WeakMap<object, NamedUser | TechnicalUser>()

/** @internal */
export function registerPrincipal(authInfo: object, principal: NamedUser | TechnicalUser): void {
  principals.set(authInfo, principal)
}

/**
 * The named user of a validated token, with the token out of sight of `util.inspect` and `JSON.stringify`.
 *
 * @internal
 */
export function namedUser(user: Omit<NamedUser, 'kind'>): NamedUser {
  const { bearerToken, ...rest } = user
  const principal = { kind: 'named' as const, ...rest }
  return Object.defineProperty(principal, 'bearerToken', { value: bearerToken }) as NamedUser
}

/**
 * On whose behalf code runs whose current user is `user`. The user object alone decides: headers of the HTTP request,
 * which CAP hands on to `cds.spawn` and to transactions of other users, do not count.
 *
 * A user object that was given another id than its token's is not that token's user any more.
 *
 * @param user - `cds.context.user`
 */
export function principalOf(user: UserLike | undefined): Principal {
  if (!user || user._is_anonymous) return { kind: 'anonymous' }
  if (user._is_privileged) return technical('privileged')
  const known = typeof user.authInfo === 'object' && user.authInfo && principals.get(user.authInfo)
  if (!known) return technical('custom')
  return known.kind === 'named' && known.userId !== user.id ? technical('custom') : known
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

function technical(origin: 'privileged' | 'custom'): TechnicalUser {
  return { kind: 'technical', origin, tenant: undefined }
}

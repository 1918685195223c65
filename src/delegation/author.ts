import { claimsOf } from '../destination/tokens/lifetime.js'
import { type NamedUser, TokenPrincipal } from '../user/principal.js'
import { isUsable } from '../user/token-profile.js'

/** Named user who has queued work, as the issuer of the user's token names him. It has no token. */
export interface Author {
  readonly userId: string
  readonly tenant: string | undefined
  /** Name of the issuer in the configuration: `xsuaa`, `ias`, or an entry of `cds.requires.auth.issuers`. */
  readonly issuer: string
  /** Identity provider that the user has logged on with. */
  readonly origin: string | undefined
  /** Immutable id of the user, where the token had one. */
  readonly subject: string | undefined
  /** Client through which the user has queued the work, and the actor, where the token named one. */
  readonly client?: string | undefined
  readonly actor?: string | undefined
  /** Other claims of the user's token, which a way to a token needs. In most cases there are none. */
  readonly claims: Readonly<Record<string, string>>
}

/**
 * Returns the author for a named user whose token is validated.
 *
 * @param names - claims of the token that are kept beside the user's id; one that the token does not have is left out, and an e-mail
 *   address that is not verified as well: a token for it could be that of somebody else
 * @internal
 */
export function authorOf(user: NamedUser, names: readonly string[] = []): Author {
  const { userId, tenant, issuer, origin, subject, client, actor, bearerToken } = user
  const payload = (names.length ? claimsOf(bearerToken) : undefined) ?? {}
  const found = names.flatMap((name) => {
    const value: unknown = Object.hasOwn(payload, name) ? payload[name as never] : undefined
    const isKept = typeof value === 'string' && value && isUsable(name, payload)
    return isKept ? [[name, value] as const] : []
  })
  const through = {
    ...(client !== undefined && { client }),
    ...(actor !== undefined && { actor })
  }
  return { userId, tenant, issuer, origin, subject, ...through, claims: Object.fromEntries(found) }
}

/** Token of an author, as a way has got and checked it. */
export type AuthorToken = Omit<NamedUser, 'kind' | 'via' | 'clientIssuer'>

/** Returns the principal of delegated work: the author acts through the client of the request that has queued it. @internal */
export function delegatedPrincipal(
  token: AuthorToken,
  { issuer: clientIssuer, client, actor }: Pick<Author, 'issuer' | 'client' | 'actor'>
): NamedUser {
  const { bearerToken } = token
  const through = { client, clientIssuer, actor, via: 'delegation' } as const
  return new TokenPrincipal({ ...token, bearerToken, ...through })
}

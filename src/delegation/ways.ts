import { ConfigurationError, DelegationError } from '../errors.js'
import type { NamedUser } from '../user/principal.js'
import { type Author, type AuthorToken, delegatedPrincipal } from './author.js'
import type { DelegatedService } from './options.js'

/** Request for a token of the author of queued work, to a {@link TokenWay}. */
export interface AuthorTokenRequest {
  /** Author of a record that was verified. */
  readonly author: Author
  /** Required service that is called. */
  readonly service: DelegatedService
  /** End of the record in seconds since the epoch. */
  readonly until: number
  /** Seconds that the token has to last when the call is sent. */
  readonly minTokenLifetime: number
}

/**
 * A way to a token of exactly the author, by what the landscape has. It keeps tokens in memory by user and tenant, waits as long as
 * `Retry-After` says, and throws away a token of anybody else.
 */
export interface TokenWay {
  /** Name for messages and events: `ias`, `saml2-bearer`, `destination`. */
  readonly name: string
  /**
   * True if this way is configured for a service. It is asked once for each service when the process starts.
   *
   * @throws {@link ConfigurationError} if it is configured, and can't work
   */
  isConfigured(service: DelegatedService): boolean
  /** Names of claims of the user's token that the record has to keep, such as `email`. Default: none. */
  claims?(service: DelegatedService): readonly string[]
  /**
   * Refuses an author when the queue is filled, if it is known that there will be no token: a tenant that does not trust the key.
   *
   * @throws {@link DelegationError}
   */
  checkAuthor?(author: Author, service: DelegatedService): Promise<void> | void
  /**
   * Returns a token of the author. An error without `unrecoverable` leads to another attempt of the queue.
   *
   * @throws {@link DelegationError} `ERR_DELEGATION_TOKEN` (later attempts may succeed), `ERR_DELEGATION_ENDED` (the user is gone)
   */
  tokenFor(request: AuthorTokenRequest): Promise<AuthorToken>
}

/** Ways in the order of preference. */
const ways: TokenWay[] = []

/**
 * Adds ways to a token of the author of queued work, in front of those that are there: the first that is configured for a service is
 * used. Those of this package are there already.
 */
export function addTokenWay(...added: TokenWay[]): void {
  ways.unshift(...added)
}

/**
 * Returns the way for a service.
 *
 * @throws {@link ConfigurationError} if none is configured
 * @internal
 */
export function wayFor(service: DelegatedService): TokenWay {
  const found = ways.find((way) => way.isConfigured(service))
  if (found) return found
  throw new ConfigurationError(
    `cds.requires.${service.name}.delegation is set, and there is no way to a token of the author: set "ias", "saml" or ` +
      '"userToken"'
  )
}

/**
 * Returns the author of queued work as a principal, with a token for exactly this user.
 *
 * @throws {@link DelegationError}
 * @internal
 */
export async function authorPrincipal(request: AuthorTokenRequest): Promise<NamedUser> {
  const { author, service } = request
  const token = await wayFor(service).tokenFor(request)
  if (token.tenant === author.tenant && token.bearerToken) return delegatedPrincipal(token, author)
  throw new DelegationError(
    'ERR_DELEGATION_TOKEN',
    `the token for the author of queued work for "${service.name}" is of another tenant, and was thrown away`,
    {
      service: service.name,
      fix: 'Nothing was sent. Check the trust of the tenant: docs/errors.md#err_delegation_token.'
    }
  )
}

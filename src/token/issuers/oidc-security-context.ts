import { SecurityContext, Token } from '@sap/xssec'

import { scopesOf } from '../claims.js'
import { decode, type DecodedToken } from '../decode.js'

/**
 * A verified token of an OpenID Connect issuer, with the getters that tokens of `@sap/xssec` have. It is taken apart when
 * somebody looks inside, and what is inside belongs to one request.
 *
 * @internal
 */
export class OidcToken extends Token {
  #decoded: DecodedToken | undefined

  constructor(bearerToken: string) {
    super(bearerToken, { header: {}, payload: {} })
  }

  override get header(): never {
    return this.#parts.header as never
  }

  override get payload(): never {
    return this.#parts.payload as never
  }

  /** `azp`, or `client_id` (RFC 9068, section 2.2); never guessed from the audience. */
  override get clientId(): string | null {
    const { azp, client_id: clientId } = this.#parts.payload
    return ((azp ?? clientId) as string | undefined) ?? null
  }

  /** `scope` as a list. */
  get scopes(): string[] {
    return scopesOf(this.#parts.payload)
  }

  get #parts(): DecodedToken {
    return (this.#decoded ??= decode(this.jwt))
  }
}

/**
 * `authInfo` of a user from an OpenID Connect issuer: what applications and CAP use of the security contexts of
 * `@sap/xssec`. Printing it shows no token.
 *
 * @internal
 */
export class OidcSecurityContext extends SecurityContext<never, OidcToken> {
  constructor(bearerToken: string) {
    super(null as never, new OidcToken(bearerToken), {})
  }

  getClientId(): string | null {
    return this.token.clientId
  }

  /** There are subdomains on BTP only. */
  getSubdomain(): null {
    return null
  }

  override getUserInfo() {
    const { preferred_username: name } = this.token.payload as { preferred_username?: string }
    const { email, familyName, givenName } = this.token
    return { email, familyName, givenName, logonName: name } as ReturnType<
      SecurityContext<never, OidcToken>['getUserInfo']
    >
  }
}

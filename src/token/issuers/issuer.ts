import type { JwtPayload } from '../claims.js'
import type { DecodedToken } from '../decode.js'
import type { Sender } from '../keys/turns.js'

/** A token whose signature, issuer, audience and time were checked. */
export interface VerifiedToken {
  readonly issuer: Issuer
  readonly bearerToken: string
  readonly payload: JwtPayload
  readonly tenant: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** True if the key that signed the token is still one of the issuer's; asked each time the result is used again. */
  readonly keyIsHeld: () => boolean
}

/** Facts about the request besides the token. */
export interface VerifyOptions {
  readonly correlationId?: string | undefined
  /** Sender of the request, so that one sender does not take the turns of others. */
  readonly sender?: Sender | undefined
  /** `x-forwarded-client-cert`, on routes where the platform's router sets it; there, tokens are bound to it. */
  readonly clientCertificate?: string | undefined
}

/** Issuer whose tokens this application accepts. */
export interface Issuer {
  /** Name in configuration and logs. */
  readonly alias: string
  /** Hosts or domains whose tokens are its own, for the log. */
  readonly trusts: string
  /** True if the unverified claims name this issuer. Only this issuer then verifies the token. */
  matches(payload: JwtPayload): boolean
  /** @throws {@link TokenError} what is wrong with the token, or `ERR_ISSUER_UNAVAILABLE` */
  verify(token: DecodedToken, options: VerifyOptions): Promise<VerifiedToken>
  /** Fetches the keys before the first token comes. @throws {@link TokenError} `ERR_ISSUER_UNAVAILABLE` */
  loadKeys?(): Promise<void>
  /** The object that becomes `authInfo` of the user: offers the token, and does not print it. */
  securityContext(token: Pick<VerifiedToken, 'bearerToken'>): object
}

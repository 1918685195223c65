import type { DecodedToken } from './decode.js'
import type { JwtPayload } from './claims.js'

/** A token whose signature, issuer, audience and time were checked. */
export interface VerifiedToken {
  /** Name of the issuer in the configuration; goes into logs instead of its URL. */
  readonly issuer: string
  readonly bearerToken: string
  readonly payload: JwtPayload
  readonly tenant: string | undefined
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** Becomes `cds.context.user.authInfo`: has `token.jwt`, `token.payload`, … */
  readonly securityContext: object
}

/** Somebody whose tokens this application accepts. */
export interface Issuer {
  /** Name in configuration and logs. */
  readonly alias: string
  /**
   * @throws {@link TokenError} what is wrong with the token, or `ERR_ISSUER_UNAVAILABLE`
   */
  verify(token: DecodedToken, options: { correlationId?: string }): Promise<VerifiedToken>
}

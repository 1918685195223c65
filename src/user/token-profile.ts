import { type JwtPayload, stringClaim } from '../token/claims.js'
import type { Attributes } from './attributes.js'
import type { Roles } from './roles.js'

/** Properties that tell users with the same name apart. */
export interface Person {
  /** The identity provider, where the issuer's tokens come from several. */
  readonly origin: string | undefined
  /** The immutable id. */
  readonly subject: string | undefined
  /** Actor that the token names. */
  readonly actor?: string | undefined
}

/** Rules by which the claims of one issuer's tokens become a user. All functions take verified claims. */
export interface TokenProfile {
  /** True if the token stands for a program: exactly known, never guessed. */
  isTechnical(payload: JwtPayload): boolean
  /** True if a technical token was issued to this application itself. */
  isOwnClient(payload: JwtPayload): boolean
  /** Becomes `cds.context.user.id` of a named user. */
  userId(payload: JwtPayload): string | undefined
  /** Returns the properties that tell a named user from others with the same id. */
  person(payload: JwtPayload): Person
  roles(payload: JwtPayload): Readonly<Roles>
  attributes(payload: JwtPayload): Attributes
}

/**
 * Returns the first of the claims that a token has. An e-mail address that the issuer has not verified is nobody's name.
 *
 * @internal
 */
export function firstOf(claims: readonly string[], payload: JwtPayload): string | undefined {
  const usable = claims.filter((claim) => isUsable(claim, payload))
  return usable.map((claim) => stringClaim(payload, claim)).find(Boolean)
}

/**
 * False for an e-mail address that the issuer has not verified. Some issuers send the flag as a text; everything but "true" counts
 * as no.
 *
 * @internal
 */
export function isUsable(
  claim: string,
  { email_verified: isVerified = true }: JwtPayload
): boolean {
  return claim !== 'email' || isVerified === true || isVerified === 'true'
}

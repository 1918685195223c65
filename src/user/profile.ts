import type { JwtPayload } from '../token/claims.js'
import type { Attributes } from './attributes.js'
import type { Roles } from './roles.js'

/** How the claims of one issuer's tokens become a user. All functions take verified claims. */
export interface TokenProfile {
  /** Whether the token stands for a program: exactly known, never guessed. */
  isTechnical(payload: JwtPayload): boolean
  /** Whether a technical token was issued to this application itself. */
  isOwnClient(payload: JwtPayload): boolean
  /** Becomes `cds.context.user.id` of a named user. */
  userId(payload: JwtPayload): string | undefined
  roles(payload: JwtPayload): Readonly<Roles>
  attributes(payload: JwtPayload): Attributes
}

import type { Claims } from '../../xsuaa/claims.js'
import type { IdentityApplication } from '../identity-tenant.js'
import type { IdentityService } from '../identity-service.js'

/** The request and the landscape that every grant works with. */
export interface IdentityGrantContext extends IdentityService {
  /** Authenticated. */
  application: IdentityApplication
  /** True if the application is a public client that has not authenticated. */
  isPublic: boolean
  form: URLSearchParams
}

/** The outcome of a grant. */
export interface IdentityGrantResult {
  /** Claims of the token. */
  claims: Claims
  /** True if the grant was a token of a corporate identity provider. */
  external?: boolean
  /** Parameter `refresh_expiry` of the authorization request. */
  refreshExpiry?: string
}

/**
 * One grant: checks its parameters and yields the claims of the token.
 *
 * @throws TokenError
 */
export type IdentityGrant = (
  context: IdentityGrantContext
) => Promise<IdentityGrantResult> | IdentityGrantResult

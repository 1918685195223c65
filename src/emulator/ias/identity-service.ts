import type { Landscape } from '../landscape/landscape.js'
import type { LandscapeUser } from '../landscape/landscape-user.js'
import type { RefreshTokens } from '../xsuaa/refresh-tokens.js'
import type { IdentityIssuer } from './identity-issuer.js'
import type { IdentityApplication, IdentityTenant } from './identity-tenant.js'

/** A running Identity Authentication. */
export interface IdentityService {
  landscape: Landscape
  tenant: IdentityTenant
  issuer: IdentityIssuer
  refreshTokens: RefreshTokens
  /**
   * Who has logged on for an authorization code; without it there is no such grant.
   *
   * @throws TokenError
   */
  redeemCode?: (application: IdentityApplication, form: URLSearchParams) => LandscapeUser
}

import type { Landscape } from '../landscape/landscape.js'
import type { LandscapeUser } from '../landscape/landscape-user.js'
import type { RefreshTokens } from '../xsuaa/refresh-tokens.js'
import type { IdentityIssuer } from './identity-issuer.js'
import type { OpaqueTokens } from './tokens/opaque-tokens.js'
import type { OwnIssuer } from '../saml/trust.js'
import type { IdentityApplication, IdentityTenant, SamlTarget } from './identity-tenant.js'

/** A running Identity Authentication. */
export interface IdentityService {
  landscape: Landscape
  tenant: IdentityTenant
  issuer: IdentityIssuer
  refreshTokens: RefreshTokens
  opaqueTokens: OpaqueTokens
  /** Signs assertions. */
  saml: OwnIssuer
  /** The XSUAA of the landscape as an application with SAML 2.0. */
  subaccount: SamlTarget
  /**
   * Returns the user who has logged on for an authorization code; without it there is no such grant.
   *
   * @throws TokenError
   */
  redeemCode?: (application: IdentityApplication, form: URLSearchParams) => LandscapeUser
}

import type { Landscape } from '../landscape/landscape.js'
import type { AuthorizationCodes } from '../xsuaa/authorize/authorization-codes.js'
import type { Sessions } from '../xsuaa/authorize/sessions.js'
import type { RefreshTokens } from '../xsuaa/refresh-tokens.js'
import type { IdentityAuthorization, LogOn } from './authorize/log-on.js'
import type { EndedSessions } from './tokens/ended-sessions.js'
import type { IdentityIssuer } from './identity-issuer.js'
import type { OpaqueTokens } from './tokens/opaque-tokens.js'
import type { OwnIssuer } from '../saml/trust.js'
import type { IdentityTenant, SamlTarget } from './identity-tenant.js'

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
  sessions: Sessions<LogOn>
  codes: AuthorizationCodes<IdentityAuthorization>
  endedSessions: EndedSessions
}

import type { IdentityService } from '../../ias/identity-service.js'
import type { Landscape } from '../../landscape/landscape.js'
import type { SamlService } from '../../saml/saml-service.js'
import type { AuthorizationCodes } from '../authorize/authorization-codes.js'
import type { RefreshTokens } from '../refresh-tokens.js'
import type { ShadowUsers } from '../shadow-users.js'
import type { TokenIssuer } from '../token-issuer.js'

/** The parts of the landscape that the token endpoint works with. */
export interface TokenService {
  landscape: Landscape
  issuer: TokenIssuer
  refreshTokens: RefreshTokens
  saml: SamlService
  shadowUsers: ShadowUsers
  codes: AuthorizationCodes
  /** Identity provider that the subaccount trusts. */
  identity?: IdentityService | undefined
}

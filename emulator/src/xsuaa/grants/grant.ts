import type { Client } from '../../landscape/landscape.js'
import type { Claims } from '../claims.js'
import type { TokenService } from './token-service.js'

/** The request and the landscape that every grant works with. */
export interface GrantContext extends TokenService {
  /** Authenticated. */
  client: Client
  form: URLSearchParams
  /** Tenant of the request, which exists; `undefined`: users of each tenant are accepted. */
  tenant: string | undefined
}

/** Claims of the new token, and the refresh token to answer with, if there is one already. */
export interface GrantResult {
  claims: Claims
  refreshToken?: string
}

/**
 * One grant: checks its parameters and yields the claims of the token.
 *
 * @throws TokenError
 */
export type Grant = (context: GrantContext) => Promise<GrantResult> | GrantResult

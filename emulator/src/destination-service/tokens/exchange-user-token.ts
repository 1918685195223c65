import type { Client } from '../../landscape/landscape.js'
import { jose } from '../../lib/jose.js'
import { JWT_BEARER, type Claims } from '../../xsuaa/claims.js'
import { jwtBearer } from '../../xsuaa/grants/jwt-bearer.js'
import { TokenError } from '../../xsuaa/token-error.js'
import { RetrievalFailed } from '../retrieval-failed.js'
import type { TokenService } from '../../xsuaa/grants/token-service.js'

/** A token service has refused; the message is its answer. */
export class ExchangeFailed extends RetrievalFailed {
  constructor(error: string, description: string) {
    super(JSON.stringify({ error, error_description: description }))
  }
}

/** Returns the error of a token service for a refusal of the emulated XSUAA; other errors stay as they are. */
export const refusalOf = (error: unknown): unknown =>
  error instanceof TokenError ? new ExchangeFailed(error.error, error.message) : error

/**
 * Claims of the user's token for the client of a destination: by the grant of the emulated XSUAA, with all that
 * it refuses (tokens that have expired, of technical users, of other issuers).
 *
 * @param neededScope - what the user's token must have for an exchange of this type
 * @param tenant - the only one whose users' tokens are taken; default: each
 * @throws ExchangeFailed
 */
export async function exchangeUserToken(
  service: TokenService,
  client: Client,
  userToken: string | undefined,
  neededScope?: string,
  tenant?: string
): Promise<Claims> {
  if (!userToken) throw new ExchangeFailed('invalid_request', 'User token is missing')
  const form = new URLSearchParams({ grant_type: JWT_BEARER, assertion: userToken })
  try {
    const { claims } = await jwtBearer({ ...service, client, form, tenant })
    // tokens of Identity Authentication have no scopes: there, those of the user in XSUAA count
    const { scope = claims['scope'] } = jose.decodeJwt<Claims>(userToken)
    if (neededScope && ![scope].flat().includes(neededScope)) {
      throw new ExchangeFailed('insufficient_scope', 'Insufficient scope for this resource')
    }
    return claims
  } catch (error) {
    throw refusalOf(error)
  }
}

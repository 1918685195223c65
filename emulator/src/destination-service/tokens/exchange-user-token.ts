import type { Client } from '../../landscape/landscape.js'
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

/**
 * Claims of the user's token for the client of a destination: by the grant of the emulated XSUAA, with all that
 * it refuses (tokens that have expired, of technical users, of other issuers).
 *
 * @param neededScope - what the user's token must have for an exchange of this type
 * @throws ExchangeFailed
 */
export async function exchangeUserToken(
  service: TokenService,
  client: Client,
  userToken: string | undefined,
  neededScope: string | undefined
): Promise<Claims> {
  if (!userToken) throw new ExchangeFailed('invalid_request', 'User token is missing')
  const form = new URLSearchParams({ grant_type: JWT_BEARER, assertion: userToken })
  try {
    const { claims } = await jwtBearer({ ...service, client, form, tenant: undefined })
    if (neededScope && !(claims['scope'] as string[]).includes(neededScope)) {
      throw new ExchangeFailed('insufficient_scope', 'Insufficient scope for this resource')
    }
    return claims
  } catch (error) {
    throw error instanceof TokenError ? new ExchangeFailed(error.error, error.message) : error
  }
}

import type { IncomingMessage } from 'node:http'
import { bearerToken } from '../../http/bearer.js'
import type { Claims } from '../claims.js'
import { refusedAssertion, TokenError } from '../token-error.js'
import { InvalidToken, verifyToken } from '../verify-token.js'
import type { TokenService } from '../grants/token-service.js'

/**
 * OpenID Connect Core section 5.3: the user of an access token with the scope `openid`.
 *
 * @throws TokenError
 * @see CF UAA, `UserInfoEndpoint`, `UserInfoResponse`
 */
export async function userInfo(service: TokenService, req: IncomingMessage): Promise<Claims> {
  const claims = await verified(service, bearerToken(req.headers.authorization ?? ''))
  const { scope, sub, user_id, user_name, given_name, family_name, email } = claims
  if (!Array.isArray(scope) || !scope.includes('openid')) {
    throw challenge(403, 'insufficient_scope', 'Insufficient scope for this resource')
  }
  return {
    ...{ sub, user_id, user_name, given_name, family_name, email },
    name: [given_name, family_name].filter((part) => typeof part === 'string').join(' '),
    email_verified: true,
    previous_logon_time: null
  }
}

async function verified({ issuer }: TokenService, token: string | undefined): Promise<Claims> {
  if (token === undefined) {
    const text = 'Full authentication is required to access this resource'
    throw challenge(401, 'unauthorized', text)
  }
  try {
    return await verifyToken(issuer, token)
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error
    const { message } = refusedAssertion(error.defect, error.detail)
    throw challenge(401, 'invalid_token', message)
  }
}

/** The challenge of RFC 6750 section 3, as UAA writes it. Its text has no value from the token: it would need quoting. */
function challenge(status: number, error: string, description: string): TokenError {
  return new TokenError(status, error, description, {
    'www-authenticate': `Bearer realm="UAA/oauth", error="${error}"`
  })
}

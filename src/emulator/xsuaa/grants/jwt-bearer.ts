import { exchangedClaims, JWT_BEARER, type Claims } from '../claims.js'
import { invalidRequest, invalidToken, TokenError, unmappedIssuer } from '../token-error.js'
import { InvalidToken, verifyToken } from '../verify-token.js'
import type { Grant, GrantContext } from './grant.js'

/** UAA refuses longer ones. */
const MAX_LENGTH = 16 * 1024

/** RFC 7523: a user token becomes a user token for the calling client. A technical one does not. */
export const jwtBearer: Grant = async (context) => {
  const assertion = context.form.get('assertion')
  if (!assertion) throw new TokenError(401, 'unauthorized', 'Assertion is missing')
  if (assertion.length > MAX_LENGTH) throw invalidRequest('Assertion is too long')
  const claims = await verify(context, assertion)
  if (typeof claims['origin'] !== 'string') {
    throw unmappedIssuer('Origin claim is missing in the token.')
  }
  const { client, tenant } = context
  if (tenant !== undefined && claims['zid'] !== tenant) {
    throw unmappedIssuer(`No identity provider found for issuer: ${String(claims['iss'])}`)
  }
  const scope = Array.isArray(claims['scope']) ? claims['scope'].map(String) : []
  return { claims: { ...exchangedClaims(client, claims, scope), grant_type: JWT_BEARER } }
}

async function verify({ issuer }: GrantContext, assertion: string): Promise<Claims> {
  try {
    return await verifyToken(issuer, assertion)
  } catch (error) {
    throw error instanceof InvalidToken ? refusal(error) : error
  }
}

function refusal({ defect, detail }: InvalidToken): TokenError {
  switch (defect) {
    case 'malformed':
      return invalidToken('Invalid token (could not decode)')
    case 'foreign issuer':
      return unmappedIssuer(`No identity provider found for issuer: ${detail}`)
    case 'unknown key':
      return invalidToken(`Token header claim [kid] references unknown signing key : [${detail}]`)
    case 'signature':
      return invalidToken('Could not verify token signature.')
    case 'expired':
      return invalidToken(`Token expired at ${detail}`)
  }
}

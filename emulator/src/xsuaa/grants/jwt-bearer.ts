import { findUserById, isApplication } from '../../landscape/landscape.js'
import { audience, exchangedClaims, grantedClaims, JWT_BEARER, type Claims } from '../claims.js'
import { invalidRequest, refusedAssertion, TokenError, unmappedIssuer } from '../token-error.js'
import { InvalidToken, verifyToken } from '../verify-token.js'
import type { Grant, GrantContext } from './grant.js'
import { identityUser, isOfIdentity } from './identity-assertion.js'

/** UAA refuses longer ones. */
const MAX_LENGTH = 16 * 1024

/** RFC 7523: a user token becomes a user token for the calling client. A technical one does not. */
export const jwtBearer: Grant = async (context) => {
  const assertion = context.form.get('assertion')
  if (!assertion) throw new TokenError(401, 'unauthorized', 'Assertion is missing')
  if (assertion.length > MAX_LENGTH) throw invalidRequest('Assertion is too long')
  if (isOfIdentity(context, assertion)) return { claims: await identityUser(context, assertion) }
  const claims = await verify(context, assertion)
  if (typeof claims['origin'] !== 'string') {
    throw unmappedIssuer('Origin claim is missing in the token.')
  }
  const { client, tenant } = context
  if (tenant !== undefined && claims['zid'] !== tenant) {
    throw unmappedIssuer(`No identity provider found for issuer: ${String(claims['iss'])}`)
  }
  const scope = Array.isArray(claims['scope']) ? claims['scope'].map(String) : []
  // a nonce belongs to the log-on that it came with
  const { nonce: _nonce, ...kept } = claims
  const exchanged = { ...exchangedClaims(client, kept, scope), grant_type: JWT_BEARER }
  return { claims: { ...exchanged, ...grantsOf(context, claims) } }
}

/** Issues a token for another application: the user's roles there count, and no scope of this application. */
function grantsOf({ landscape, client }: GrantContext, claims: Claims): Claims {
  if (claims['cid'] === client.id || !isApplication(landscape, client)) return {}
  const user = findUserById(landscape, claims['user_id'])
  return user ? grantedClaims(landscape, client, user) : { scope: [], aud: audience(client, []) }
}

async function verify({ issuer }: GrantContext, assertion: string): Promise<Claims> {
  try {
    return await verifyToken(issuer, assertion)
  } catch (error) {
    throw error instanceof InvalidToken ? refusedAssertion(error.defect, error.detail) : error
  }
}

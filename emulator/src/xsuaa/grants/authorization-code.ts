import { createHash } from 'node:crypto'
import { equal } from '../authenticate-client.js'
import type { Authorization } from '../authorize/authorization-codes.js'
import { userClaims } from '../claims.js'
import { restrictScope } from '../scopes/restrict-scope.js'
import { invalidRequest, TokenError } from '../token-error.js'
import type { Grant } from './grant.js'

/** RFC 6749 section 4.1.3 with RFC 7636: a user token for the code that the browser has brought. */
export const authorizationCode: Grant = ({ landscape, client, codes, form, tenant }) => {
  const code = form.get('code')
  if (!code) throw invalidRequest('An authorization code must be supplied.')
  const authorization = codes.take(code)
  if (!authorization) throw invalidGrant(`Invalid authorization code: ${code}`)
  if (tenant !== undefined && authorization.user.tenant !== tenant) {
    throw invalidGrant('The code was issued in another identity zone')
  }
  if (authorization.clientId !== client.id) throw invalidGrant('Client ID mismatch')
  if (authorization.redirectUri !== form.get('redirect_uri')) {
    throw invalidGrant('Redirect URI mismatch.')
  }
  checkVerifier(authorization, form.get('code_verifier'))
  const { user, scope, nonce } = authorization
  const claims = restrictScope(userClaims(landscape, client, user), client.id, scope)
  const grant_type = 'authorization_code'
  return { claims: { ...claims, grant_type, ...(nonce !== null && { nonce }) } }
}

/**
 * Compares the verifier of PKCE with the challenge of the authorization request (RFC 7636 section 4.6).
 *
 * @throws TokenError
 */
export function checkVerifier(
  { challenge }: Pick<Authorization, 'challenge'>,
  verifier: string | null
): void {
  if (!challenge) {
    if (verifier === null) return
    throw invalidGrant('PKCE error: Code verifier not required for this authorization code.')
  }
  if (verifier === null) {
    throw invalidGrant('PKCE error: Code verifier must be provided for this authorization code.')
  }
  if (!/^[\w.~-]{43,128}$/.test(verifier)) {
    throw invalidRequest('PKCE error: Code verifier length must between 43 and 128.')
  }
  const { method, value } = challenge
  const computed =
    method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier
  if (!equal(value, computed)) throw invalidGrant('PKCE error: Invalid code verifier.')
}

const invalidGrant = (description: string) => new TokenError(400, 'invalid_grant', description)

import { checkVerifier } from '../../xsuaa/grants/authorization-code.js'
import { newSessionId } from '../authorize/log-on.js'
import { identityError } from '../identity-error.js'
import { userClaims } from './identity-claims.js'
import type { IdentityGrant } from './identity-grant.js'

/** RFC 6749 section 4.1.3 with RFC 7636: tokens for the code that the browser has brought. */
export const authorizationCode: IdentityGrant = (context) => {
  const { application, codes, form } = context
  const granted = codes.take(form.get('code') ?? '')
  if (granted?.clientId !== application.id) {
    throw identityError('invalid_grant', 'The code is invalid, expired or used before')
  }
  if (granted.redirectUri !== form.get('redirect_uri')) {
    throw identityError(
      'invalid_grant',
      'The redirect_uri is not that of the authorization request'
    )
  }
  checkVerifier(granted, form.get('code_verifier'))
  const { user, logOn, nonce, scope, refreshExpiry } = granted
  const { authTime: auth_time } = logOn
  // these tokens outlive the session of the browser
  const isOffline = scope?.split(' ').includes('offline_access') ?? false
  const sid = isOffline ? newSessionId() : logOn.sid
  const claims = userClaims(context, application, user)
  return {
    claims: { ...claims, sid, auth_time, ...(nonce !== null && { nonce }) },
    ...(refreshExpiry !== null && { refreshExpiry })
  }
}

import { errors } from '@sap/xssec'

import { PrincipalError, TokenError } from '../errors.js'

/**
 * An error of `@sap/xssec` as ours. Theirs carry the token and its claims, so nothing of them goes on but the kind.
 *
 * @internal
 */
export function fromXssec(error: unknown): PrincipalError {
  if (error instanceof PrincipalError) return error
  if (error instanceof errors.ExpiredTokenError) {
    return new TokenError('ERR_TOKEN_EXPIRED', 'the token has expired')
  }
  if (error instanceof errors.NotYetValidTokenError) {
    return new TokenError('ERR_TOKEN_NOT_YET_VALID', 'the token is not valid yet ("nbf" claim)')
  }
  if (error instanceof errors.WrongAudienceError) {
    const text =
      'the token was issued for another application: neither "aud" nor scopes name this one'
    return new TokenError('ERR_TOKEN_AUDIENCE', text)
  }
  if (error instanceof errors.UntrustedIssuerError || error instanceof errors.MissingIssuerError) {
    return new TokenError('ERR_TOKEN_ISSUER', "the token's issuer is not the one of the binding")
  }
  if (error instanceof errors.X5tError || error instanceof errors.MissingClientCertificateError) {
    const text = 'the token is bound to a client certificate, and the request came without it'
    return new TokenError('ERR_TOKEN_BINDING', text)
  }
  if (error instanceof errors.ValidationError) {
    return new TokenError('ERR_TOKEN_SIGNATURE', "the token's signature is wrong")
  }
  return new TokenError(
    'ERR_ISSUER_UNAVAILABLE',
    `the issuer's keys can't be had (${reason(error)})`
  )
}

/** A short word for the log: no URL, no body. */
function reason(error: unknown): string {
  if (error instanceof errors.TimeoutError) return 'timeout'
  if (error instanceof errors.ResponseError) return `status ${String(error.responseCode)}`
  return error instanceof errors.NetworkError ? 'network error' : 'unexpected answer'
}

import { errors, XsuaaService } from '@sap/xssec'

import { RequestError, TokenError } from '../errors.js'
import type { XsuaaCredentials } from '../token/issuers/credentials.js'

/** Turns Basic credentials (base64, as in the header) into a bearer token. */
export type BasicExchange = (credentials: string) => Promise<string>

/**
 * Returns the exchange for `curl -u alice:` and browsers at the emulated landscape: a password grant with the credentials of the
 * request. Never used with a real XSUAA. Tokens are kept by `@sap/xssec` until five minutes before they end.
 *
 * @throws (the exchange) {@link RequestError} `ERR_CREDENTIALS_REFUSED`, {@link TokenError} `ERR_ISSUER_UNAVAILABLE`
 * @see RFC 7617 section 2, RFC 6749 section 4.3
 * @internal
 */
export function basicExchange(credentials: XsuaaCredentials): BasicExchange {
  const service = new XsuaaService({ ...credentials })
  return async (encoded) => {
    const [name, password] = split(Buffer.from(encoded, 'base64').toString('utf8'))
    try {
      const { access_token } = await service.getPasswordToken(name, password)
      return access_token
    } catch (error) {
      if (error instanceof errors.ResponseError && error.responseCode === 401) {
        throw refused(String(error.responseText))
      }
      throw new TokenError('ERR_ISSUER_UNAVAILABLE', 'the emulated XSUAA does not answer', {
        fix: 'Restart cds watch: the emulated services have ended.'
      })
    }
  }
}

/** Settings in `oauth2-configuration` that forbid the password grant, by what the emulated XSUAA answers. */
const FORBIDDING = [
  [/Unauthorized grant type/, 'grant-types', 'password'],
  [/identity provider that supports password grant/, 'allowedproviders', 'sap.default']
] as const

/** Explains a refusal: of the grant, which says nothing about the user, or of the user. */
function refused(answer: string): RequestError {
  const setting = FORBIDDING.find(([pattern]) => pattern.test(answer))
  if (!setting) {
    const text = 'the emulated XSUAA does not know that user, or not with that password'
    return new RequestError('ERR_CREDENTIALS_REFUSED', text, {
      fix: 'Look at "users" in cds.requires.auth: a user without "password" there may have any.'
    })
  }
  const [, name, missing] = setting
  const text = `Basic credentials need the grant "password", and "oauth2-configuration.${name}" in xs-security.json forbids it`
  return new RequestError('ERR_CREDENTIALS_REFUSED', text, {
    fix: `Add "${missing}" to it for development, or send a token as Bearer (npx cds-principal token <user>).`
  })
}

/** Splits credentials at the first colon: passwords may have more. */
function split(userPass: string): [string, string] {
  const colon = userPass.indexOf(':')
  return colon < 0 ? [userPass, ''] : [userPass.slice(0, colon), userPass.slice(colon + 1)]
}

import { TokenError } from '../token-error.js'

/** Paths of UAA that are known, and have nothing behind them here; so has everything below them. */
export const NOT_EMULATED = [
  '/check_token',
  '/introspect',
  '/oauth/token/revoke',
  '/oauth/token/list',
  '/oauth/clients',
  '/approvals',
  '/passcode',
  '/saml/login',
  '/saml/SSO',
  '/saml/SingleLogout',
  '/sap/rest',
  '/Users',
  '/Groups',
  '/identity-zones',
  '/identity-providers',
  '/info',
  '/login',
  '/profile'
] as const

const REFERENCE = 'see "XSUAA: endpoints" in docs/emulator.md of cds-principal'

/** Returns 501 for what XSUAA is known to have, and the emulator does not; 404 for any other path. */
export function notEmulated(path: string): TokenError {
  const known = NOT_EMULATED.find((each) => path === each || path.startsWith(`${each}/`))
  if (!known) return new TokenError(404, 'not_found', 'The emulated XSUAA has no such path')
  return new TokenError(501, 'not_implemented', `${known} is not emulated: ${REFERENCE}`)
}

/**
 * Refuses requests to the token endpoint that XSUAA or UAA understands, and the emulator does not.
 *
 * @throws TokenError
 */
export function checkEmulated(parameters: URLSearchParams): void {
  const type = parameters.get('grant_type')
  if (type === 'user_token') {
    throw notImplemented('unsupported_grant_type', `the grant ${type}`)
  }
  if (type === 'password' && parameters.has('passcode')) {
    throw notImplemented('unsupported_grant_type', 'a log-on with a passcode')
  }
  if (parameters.has('client_assertion')) {
    throw notImplemented('invalid_client', 'client authentication with client_assertion')
  }
  if (parameters.get('token_format') === 'opaque') {
    throw notImplemented('invalid_request', 'the token format "opaque"')
  }
}

const notImplemented = (error: string, what: string) =>
  new TokenError(501, error, `XSUAA has ${what}, the emulator does not: ${REFERENCE}`)

import type { OutgoingHttpHeaders } from 'node:http'
import type { TokenDefect } from './verify-token.js'

/** A refusal of the token endpoint: status and RFC 6749 section 5.2 body, with UAA's texts. */
export class TokenError extends Error {
  readonly status: number
  readonly error: string
  readonly headers: OutgoingHttpHeaders

  constructor(
    status: number,
    error: string,
    description: string,
    headers: OutgoingHttpHeaders = {}
  ) {
    super(description)
    this.status = status
    this.error = error
    this.headers = headers
  }
}

/** The parameters are wrong. */
export const invalidRequest = (description: string) =>
  new TokenError(400, 'invalid_request', description)

/** Unknown client or wrong secret. */
export const badClient = () =>
  new TokenError(401, 'unauthorized', 'Bad credentials', {
    'www-authenticate':
      'Basic realm="UAA/client", error="unauthorized", error_description="Bad credentials"'
  })

/** The client in the parameters is not the one that has authenticated. */
export const otherClient = () =>
  new TokenError(401, 'invalid_client', 'Given client ID does not match authenticated client')

/** Unknown user or wrong password: 401, and deliberately not `invalid_grant`. */
export const badUser = () => new TokenError(401, 'unauthorized', 'Bad credentials')

/** The grant is unknown, or the client may not use it. */
export const unauthorizedGrant = () =>
  new TokenError(401, 'invalid_client', 'Unauthorized grant type')

/** None of the requested scopes is the user's, or the client's. */
export const invalidScope = () =>
  new TokenError(400, 'invalid_scope', "User does not meet the client's required group criteria.")

/** A token that cannot be used as an assertion. */
export const invalidToken = (description: string) =>
  new TokenError(401, 'invalid_token', description)

/** The issuer of an assertion, or its identity provider, is not known. */
export const unmappedIssuer = (reason: string) =>
  new TokenError(401, 'unauthorized', `Unable to map issuer: ${reason}`)

/** The error about an assertion in UAA's words. */
export function refusedAssertion(defect: TokenDefect, detail: string): TokenError {
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

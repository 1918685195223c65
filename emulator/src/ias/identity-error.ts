import type { OutgoingHttpHeaders } from 'node:http'
import { TokenError } from '../xsuaa/token-error.js'

/** Refusals of Identity Authentication's token endpoint, with the codes of RFC 6749 section 5.2. */
export const identityError = (
  error:
    | 'invalid_request'
    | 'invalid_grant'
    | 'invalid_target'
    | 'unsupported_grant_type'
    | 'unauthorized_client',
  description: string
) => new TokenError(400, error, description)

/** Unknown client, wrong secret, wrong certificate, or a tenant that has not subscribed. */
export const clientRefused = (description = 'Client authentication failed') =>
  new TokenError(401, 'invalid_client', description, BASIC)

const BASIC: OutgoingHttpHeaders = { 'www-authenticate': 'Basic realm="Identity Authentication"' }

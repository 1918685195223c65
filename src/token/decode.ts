import { TokenError } from '../errors.js'
import type { JwtHeader, JwtPayload } from './claims.js'

/** A token as it came, taken apart; nothing in it is to be believed yet. */
export interface DecodedToken {
  readonly bearerToken: string
  readonly header: JwtHeader
  readonly payload: JwtPayload
}

/** JWS compact serialization: three segments of base64url without padding (RFC 7515, sections 2 and 7.1). */
const COMPACT_JWS = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/

/** Invalid UTF-8 is an error, a byte order mark is no white space of JSON (RFC 8259, section 8.1). */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Takes a bearer token apart, strictly: what two parsers could read in two ways is refused.
 *
 * @throws {@link TokenError} `ERR_TOKEN_MALFORMED`
 * @see RFC 7519 section 7.2, RFC 8725 sections 3.7 and 3.14
 * @internal
 */
export function decode(bearerToken: string): DecodedToken {
  const [, header, payload, signature] = COMPACT_JWS.exec(bearerToken) ?? []
  if (!header || !payload || !signature) {
    throw new TokenError('ERR_TOKEN_MALFORMED', malformedText(bearerToken))
  }
  bytesOf(signature, 'signature')
  return {
    bearerToken,
    header: objectOf(header, 'header') as JwtHeader,
    payload: objectOf(payload, 'payload') as JwtPayload
  }
}

function malformedText(bearerToken: string): string {
  return bearerToken.split('.').length === 5
    ? 'the token is encrypted (JWE); only signed tokens are accepted'
    : 'the token is not a JWT of three base64url segments'
}

function bytesOf(segment: string, name: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) {
    throw new TokenError('ERR_TOKEN_MALFORMED', `the token's ${name} is not canonical base64url`)
  }
  return bytes
}

function objectOf(segment: string, name: string): object {
  let value: unknown
  try {
    value = JSON.parse(utf8.decode(bytesOf(segment, name)))
  } catch (cause) {
    if (cause instanceof TokenError) throw cause
    throw new TokenError('ERR_TOKEN_MALFORMED', `the token's ${name} is not JSON in UTF-8`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenError('ERR_TOKEN_MALFORMED', `the token's ${name} is not a JSON object`)
  }
  return value
}

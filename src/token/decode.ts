import { isAscii } from 'node:buffer'

import { TokenError } from '../errors.js'
import type { JwtHeader, JwtPayload } from './claims.js'

/** A token as it came, taken apart; nothing in it is to be believed yet. */
export interface DecodedToken {
  readonly bearerToken: string
  readonly header: JwtHeader
  readonly payload: JwtPayload
}

/** The last characters that leave no bits over, by how many characters the last group has (RFC 4648, section 3.5). */
const CANONICAL_ENDS = ['', undefined, 'AQgw', 'AEIMQUYcgkosw048'] as const

/** Invalid UTF-8 is an error, a byte order mark is no white space of JSON (RFC 8259, section 8.1). */
let utf8: InstanceType<typeof TextDecoder> | undefined // most tokens are ASCII, and making one takes milliseconds

/**
 * Takes a bearer token apart, strictly: what two parsers could read in two ways is refused.
 *
 * @throws {@link TokenError} `ERR_TOKEN_MALFORMED`
 * @see RFC 7519 section 7.2, RFC 8725 sections 3.7 and 3.14
 * @internal
 */
export function decode(bearerToken: string): DecodedToken {
  const [header, payload, signature, more] = bearerToken.split('.', 4)
  if (!header || !payload || !signature || more !== undefined) {
    throw malformed(bearerToken)
  }
  bytesOf(signature, 'signature')
  return {
    bearerToken,
    header: objectOf(header, 'header') as JwtHeader,
    payload: objectOf(payload, 'payload') as JwtPayload
  }
}

/** Words that programs put in the place of a value that they have not. */
const NO_VALUES = new Set(['undefined', 'null', 'none', 'nil', 'NaN', 'true', 'false'])

function malformed(bearerToken: string): TokenError {
  const count = bearerToken.split('.').length
  if (count === 5) {
    const cause = 'the token is encrypted (JWE); only signed tokens are accepted'
    return new TokenError('ERR_TOKEN_MALFORMED', cause, {
      fix: 'Turn off the encryption of access tokens at the issuer.'
    })
  }
  const cause = 'the token is not a JWT of three base64url segments'
  const isWord = NO_VALUES.has(bearerToken)
  return new TokenError('ERR_TOKEN_MALFORMED', cause, {
    sent: isWord ? `the word "${bearerToken}"` : `${count} ${count === 1 ? 'segment' : 'segments'}`,
    fix: isWord
      ? 'The variable or setting with the token has no value: look at the request for the token before.'
      : 'Send all of "access_token" of the token response, and nothing else. Opaque tokens are not accepted.'
  })
}

/** Next step where something of a token is lost. */
const CUT = {
  fix: 'The token was cut or changed on its way: compare its length with that of "access_token".'
}

/**
 * JWS compact serialization: base64url without padding, one form only (RFC 7515, sections 2 and 7.1). `Buffer` reads base64
 * as well and skips what is neither, so that less comes out than the length promises.
 */
function bytesOf(segment: string, name: string): Buffer {
  const bytes = Buffer.from(segment, 'base64url')
  const { length } = segment
  const ends = CANONICAL_ENDS[(length % 4) as 0 | 1 | 2 | 3]
  const complete = bytes.length === Math.floor((length * 3) / 4)
  const canonical = ends === '' || ends?.includes(segment.charAt(length - 1))
  if (complete && canonical && !segment.includes('+') && !segment.includes('/')) return bytes
  throw new TokenError('ERR_TOKEN_MALFORMED', `the token's ${name} is not canonical base64url`, CUT)
}

function decodeUtf8(bytes: Buffer): string {
  utf8 ??= new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return utf8.decode(bytes)
}

function objectOf(segment: string, name: string): object {
  let value: unknown
  try {
    const bytes = bytesOf(segment, name)
    value = JSON.parse(isAscii(bytes) ? bytes.toString('latin1') : decodeUtf8(bytes))
  } catch (cause) {
    if (cause instanceof TokenError) throw cause
    throw new TokenError('ERR_TOKEN_MALFORMED', `the token's ${name} is not JSON in UTF-8`, CUT)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TokenError('ERR_TOKEN_MALFORMED', `the token's ${name} is not a JSON object`, CUT)
  }
  return value
}

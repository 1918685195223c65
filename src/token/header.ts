import { TokenError } from '../errors.js'
import { printable } from '../lib/redact.js'
import type { JwtHeader } from './claims.js'

/** Types a signed access token (or an IAS ID token) can have; RFC 9068, section 4, and what SAP's issuers send. */
const TYPES = new Set(['jwt', 'at+jwt', 'application/at+jwt'])

/** Longest `kid` that is looked up. */
const MAX_KID = 256

/**
 * Checks the JOSE header before any key is looked up: exact algorithm, known type, no critical extension, usable `kid`.
 * `jku`, `jwk`, `x5u` and `x5c` are not looked at: keys come from the configured issuer only.
 *
 * @param algorithms - allow-list, compared case-sensitively
 * @throws {@link TokenError} `ERR_TOKEN_HEADER`
 * @see RFC 8725 sections 3.1, 3.10 and 3.11, RFC 7515 section 4.1.11
 * @internal
 */
export function checkHeader(header: JwtHeader, algorithms: readonly string[]): void {
  const { alg, typ, kid } = header
  if (typeof alg !== 'string' || !algorithms.includes(alg)) {
    refuse(`"alg" must be one of ${algorithms.join(', ')}`, alg)
  }
  if (Object.hasOwn(header, 'crit')) refuse('"crit" lists extensions that are not understood')
  if (Object.hasOwn(header, 'b64')) refuse('"b64" is not supported')
  if (typ !== undefined && !(typeof typ === 'string' && TYPES.has(typ.toLowerCase()))) {
    refuse('"typ" is not that of an access token', typ)
  }
  if (typeof kid !== 'string' || !kid || kid.length > MAX_KID)
    refuse('"kid" is missing or unusable')
}

/** Characters of a base64url signature with the smallest RSA key that is used (2048 bits), and with the largest that Node has. */
const MIN_RSA_SIGNATURE = 342
const MAX_RSA_SIGNATURE = 2731

/**
 * Refuses an RSA signature that no usable key can have made, before any key is looked up.
 *
 * @throws {@link TokenError} `ERR_TOKEN_SIGNATURE`
 * @see RFC 7518 section 3.3
 * @internal
 */
export function checkSignatureLength(bearerToken: string): void {
  const length = bearerToken.length - bearerToken.lastIndexOf('.') - 1
  if (length >= MIN_RSA_SIGNATURE && length <= MAX_RSA_SIGNATURE) return
  throw new TokenError('ERR_TOKEN_SIGNATURE', "the token's signature has not the length of one", {
    sent: `${length} characters`,
    expected: `${MIN_RSA_SIGNATURE} to ${MAX_RSA_SIGNATURE}`,
    fix: 'Send all of "access_token" of the token response: the end is missing, or another program has made the token.'
  })
}

function refuse(text: string, sent?: unknown): never {
  throw new TokenError('ERR_TOKEN_HEADER', `token header: ${text}`, {
    sent: typeof sent === 'string' ? `"${printable(sent).slice(0, 40)}"` : undefined,
    fix: 'Send an access token of an issuer that is bound or configured; for other algorithms see "algorithms" of cds.requires.auth.issuers.'
  })
}

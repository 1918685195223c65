import { type Claims, userClaims } from './claims.js'
import { keys, rs, type Signer } from './keys.js'
import type { TestXsuaa } from './test-xsuaa.js'

/** Anything that can be put into a segment: bytes and text as they are, other things as JSON. */
type Content = Buffer | string | Claims | unknown[] | null | number | boolean

const segment = (content: Content) =>
  Buffer.from(
    Buffer.isBuffer(content) || typeof content === 'string' ? content : JSON.stringify(content)
  ).toString('base64url')

/** A JWS in compact form, whatever header, payload and signature. */
export function jws(header: Content, payload: Content, sign: Signer = rs(256)): string {
  const input = `${segment(header)}.${segment(payload)}`
  return `${input}.${sign(input).toString('base64url')}`
}

/** The header that XSUAA sends. */
export function header(changes: Claims = {}): Claims {
  return {
    alg: 'RS256',
    jku: 'https://provider.authentication.sap.hana.ondemand.com/token_keys',
    kid: keys.good.jwk.kid,
    typ: 'JWT',
    ...changes
  }
}

/** A token of a user, correctly signed unless it says otherwise. */
export function userToken(
  xsuaa: TestXsuaa,
  claims: Claims = {},
  headerChanges: Claims = {},
  sign?: Signer
): string {
  return jws(header(headerChanges), userClaims(xsuaa, claims), sign)
}

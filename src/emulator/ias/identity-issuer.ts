import { randomUUID } from 'node:crypto'
import { jose } from '../jose.js'
import type { Claims } from '../xsuaa/claims.js'
import type { SigningKey } from '../xsuaa/signing-key.js'
import { InvalidToken } from '../xsuaa/verify-token.js'

/** Signs and verifies the tokens of Identity Authentication. */
export interface IdentityIssuer {
  /** The `iss` claim of all tenants' tokens: `https://127.0.0.1:<port>`. */
  readonly url: string
  /** Entry of `/oauth2/certs`. */
  readonly jwk: Record<string, string>
  /** @param lifetime - seconds, negative for a token that has expired */
  sign(claims: Claims, lifetime: number): Promise<string>
  /** Whether the claims name this issuer. */
  names(claims: Claims): boolean
  /** @throws InvalidToken */
  verify(token: string): Promise<Claims>
}

/** Creates the issuer, with the key of an emulator's Identity Authentication. */
export function createIdentityIssuer(key: SigningKey, port: number): IdentityIssuer {
  // applications of one tenant share it; the address, because names below "localhost" do not resolve everywhere
  const url = `https://127.0.0.1:${port}`
  const kid = randomUUID()
  const { kty = '', e = '', n = '' } = key.jwk
  return {
    url,
    jwk: { kty, e, use: 'sig', kid, alg: 'RS256', n },
    sign: (claims, lifetime) => {
      const now = Math.floor(Date.now() / 1000)
      const iat = lifetime > 0 ? now : now + lifetime - 60
      const payload = { iss: url, jti: randomUUID(), iat, exp: now + lifetime, ...claims }
      return new jose.SignJWT(defined(payload))
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT', jku: `${url}/oauth2/certs` })
        .sign(key.privateKey)
    },
    names: (claims) => claims['iss'] === url || claims['ias_iss'] === url,
    verify: (token) => verify(token, url, kid, key)
  }
}

async function verify(token: string, url: string, kid: string, key: SigningKey): Promise<Claims> {
  const { header, claims } = decode(token)
  if ((claims['ias_iss'] ?? claims['iss']) !== url) throw new InvalidToken('foreign issuer')
  if (header.kid !== kid) throw new InvalidToken('unknown key', header.kid ?? '')
  try {
    const options = { algorithms: ['RS256'], requiredClaims: ['exp'] }
    return (await jose.jwtVerify(token, key.publicKey, options)).payload
  } catch (error) {
    const isExpired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED'
    throw isExpired
      ? new InvalidToken('expired', new Date(Number(claims['exp']) * 1000).toISOString())
      : new InvalidToken('signature')
  }
}

function decode(token: string) {
  try {
    return { header: jose.decodeProtectedHeader(token), claims: jose.decodeJwt(token) as Claims }
  } catch {
    throw new InvalidToken('malformed')
  }
}

const defined = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))

import { randomUUID } from 'node:crypto'
import { jose } from '../lib/jose.js'
import type { Claims } from '../xsuaa/claims.js'
import type { Clock } from '../landscape/clock.js'
import type { SigningKey } from '../xsuaa/signing-key.js'
import type { SigningKeys } from '../xsuaa/signing-keys.js'
import { InvalidToken } from '../xsuaa/verify-token.js'

/** Signs and verifies the tokens of Identity Authentication. */
export interface IdentityIssuer {
  /** The `iss` claim of all tenants' tokens: `https://127.0.0.1:<port>`. */
  readonly url: string
  /** Entries of `/oauth2/certs`. */
  jwks(): Record<string, string>[]
  /** @param lifetime - seconds, negative for a token that has expired */
  sign(claims: Claims, lifetime: number): Promise<string>
  /** True if the claims name this issuer. */
  names(claims: Claims): boolean
  /**
   * @param clockTolerance - seconds that a token is accepted after its expiry
   * @throws InvalidToken
   */
  verify(token: string, clockTolerance?: number): Promise<Claims>
}

/** Creates the issuer, with the key of an emulator's Identity Authentication. */
export function createIdentityIssuer(
  keys: SigningKeys,
  port: number,
  clock: Clock
): IdentityIssuer {
  // applications of one tenant share it; the address, because names below "localhost" do not resolve everywhere
  const url = `https://127.0.0.1:${port}`
  return {
    url,
    jwks: () => keys.published.map(toJwk),
    sign: (claims, lifetime) => {
      const now = clock.seconds()
      const { guid: kid, privateKey } = keys.current
      const iat = lifetime > 0 ? now : now + lifetime - 60
      const payload = { iss: url, jti: randomUUID(), iat, exp: now + lifetime, ...claims }
      return new jose.SignJWT(defined(payload))
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT', jku: `${url}/oauth2/certs` })
        .sign(privateKey)
    },
    names: (claims) => claims['iss'] === url || claims['ias_iss'] === url,
    verify: (token, clockTolerance = 0) => verify(token, url, keys, clock, clockTolerance)
  }
}

function toJwk({
  guid: kid,
  jwk: { kty = '', e = '', n = '' }
}: SigningKey): Record<string, string> {
  return { kty, e, use: 'sig', kid, alg: 'RS256', n }
}

async function verify(
  token: string,
  url: string,
  keys: SigningKeys,
  clock: Clock,
  clockTolerance: number
): Promise<Claims> {
  const { header, claims } = decode(token)
  if ((claims['ias_iss'] ?? claims['iss']) !== url) throw new InvalidToken('foreign issuer')
  const key = keys.published.find(({ guid }) => guid === header.kid)
  if (!key) throw new InvalidToken('unknown key', header.kid ?? '')
  try {
    const currentDate = new Date(clock.now())
    const checks = { currentDate, clockTolerance, requiredClaims: ['exp'] }
    const options = { algorithms: ['RS256'], ...checks }
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

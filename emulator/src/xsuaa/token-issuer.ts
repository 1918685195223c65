import { createHash } from 'node:crypto'
import { jose } from '../lib/jose.js'
import type { Landscape } from '../landscape/landscape.js'
import type { Claims } from './claims.js'
import type { SigningKey } from './signing-key.js'
import type { SigningKeys } from './signing-keys.js'

/** Signs claims; the only place where tokens come from. */
export interface TokenIssuer {
  /** All that are published. */
  readonly keys: SigningKeys
  /** The one that signs. */
  readonly key: SigningKey
  /** `https://localhost:<port>` */
  readonly url: string
  /** True if the landscape has this tenant: it issues no tokens for others. */
  knows(tenant: string): boolean
  /** The `iss` claim of a tenant's tokens. */
  issuerOf(tenant: string): string
  /** Milliseconds since the epoch, by the landscape's clock. */
  now(): number
  /** @param lifetime - seconds, negative for a token that has expired */
  sign(claims: Claims, lifetime: number): Promise<string>
}

/** Creates the issuer of one emulator. */
export function createTokenIssuer(
  landscape: Landscape,
  keys: SigningKeys,
  port: number
): TokenIssuer {
  const origin = (tenant: string) =>
    `https://${landscape.subdomains.get(tenant) ?? tenant}.localhost:${port}`
  return {
    keys,
    get key() {
      return keys.current
    },
    url: `https://localhost:${port}`,
    now: () => landscape.clock.now(),
    knows: (tenant) => landscape.subdomains.has(tenant),
    issuerOf: (tenant) => `${origin(tenant)}/oauth/token`,
    sign: (claims, lifetime) => {
      const tenant = String(claims['zid'])
      const key = keys.current
      const payload = {
        ...times(landscape.clock.seconds(), lifetime),
        iss: `${origin(tenant)}/oauth/token`,
        ...claims
      }
      const jid = createHash('sha256')
        .update(String(claims['jti']))
        .digest('base64url')
        .slice(0, 22)
      return new jose.SignJWT(withoutUndefined(payload))
        .setProtectedHeader({
          alg: 'RS256',
          jku: `${origin(tenant)}/token_keys`,
          kid: key.kid,
          typ: 'JWT',
          jid
        })
        .sign(key.privateKey)
    }
  }
}

/** A token that has expired was issued before: no verifier shall stumble over `iat` first. */
function times(now: number, lifetime: number): Claims {
  const iat = lifetime > 0 ? now : now + lifetime - 60
  return { iat, exp: now + lifetime }
}

const withoutUndefined = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))

import { jose } from '../lib/jose.js'
import type { Client } from '../landscape/landscape.js'
import type { Claims } from './claims.js'
import type { TokenIssuer } from './token-issuer.js'

/** The reason why a token is refused. */
export type TokenDefect = 'malformed' | 'foreign issuer' | 'unknown key' | 'signature' | 'expired'

/** A token that was not issued here, or is not valid any more. It does not carry the token. */
export class InvalidToken extends Error {
  readonly defect: TokenDefect
  /** Value to show: issuer, key id or time. */
  readonly detail: string

  constructor(defect: TokenDefect, detail = '') {
    super(`invalid token: ${defect}`)
    this.defect = defect
    this.detail = detail
  }
}

/**
 * Verifies form, issuer, key, signature and expiry of one of the emulator's own tokens.
 *
 * @param clockTolerance - seconds that a token is accepted after its expiry
 * @throws InvalidToken
 */
export async function verifyToken(
  issuer: TokenIssuer,
  token: string,
  clockTolerance = 0
): Promise<Claims> {
  const { header, claims } = decode(token)
  const tenant = String(claims['zid'])
  if (!issuer.knows(tenant) || claims['iss'] !== issuer.issuerOf(tenant)) {
    throw new InvalidToken('foreign issuer', show(claims['iss']))
  }
  const key = issuer.keys.find(header.kid)
  if (!key) throw new InvalidToken('unknown key', show(header.kid))
  try {
    const { payload } = await jose.jwtVerify(token, key.publicKey, {
      algorithms: ['RS256'],
      clockTolerance,
      currentDate: new Date(issuer.now()),
      requiredClaims: ['exp']
    })
    return payload
  } catch (error) {
    const isExpired = (error as { code?: string }).code === 'ERR_JWT_EXPIRED'
    throw isExpired
      ? new InvalidToken('expired', new Date(Number(claims['exp']) * 1000).toISOString())
      : new InvalidToken('signature')
  }
}

/**
 * Verifies a token that a service's own client has fetched for itself, as platform services do.
 *
 * @throws InvalidToken
 */
export async function verifyServiceToken(
  issuer: TokenIssuer,
  client: Client,
  token: string
): Promise<Claims> {
  const claims = await verifyToken(issuer, token)
  if (claims['azp'] !== client.id || claims['cid'] !== client.id) {
    throw new InvalidToken('foreign issuer')
  }
  return claims
}

function decode(token: string) {
  try {
    return { header: jose.decodeProtectedHeader(token), claims: jose.decodeJwt(token) as Claims }
  } catch {
    throw new InvalidToken('malformed')
  }
}

const show = (value: unknown) => (typeof value === 'string' ? value.slice(0, 200) : '')

import { jose } from '../../lib/jose.js'
import type { Claims } from '../../xsuaa/claims.js'
import type { TokenIssuer } from '../../xsuaa/token-issuer.js'
import { RetrievalFailed } from '../retrieval-failed.js'
import type { DestinationConfiguration } from '../stored.js'

/** The emulator calls nobody outside of this machine. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/

/**
 * Claims of a user token that XSUAA has not issued, for a destination that has the keys of its issuer (`x_user_token.jwks`,
 * `x_user_token.jwks_uri`).
 *
 * @returns `undefined` when the token is one of XSUAA, or the destination has no keys: then the usual rules hold
 * @throws RetrievalFailed
 */
export async function foreignUser(
  issuer: TokenIssuer,
  destination: DestinationConfiguration,
  userToken: string
): Promise<Claims | undefined> {
  const keys = keysOf(destination)
  if (!keys || isOwn(issuer, userToken)) return undefined
  const typ = destination['x_user_token.header.typ'] ?? 'JWT'
  try {
    const { payload } = await jose.jwtVerify(userToken, keys, {
      typ,
      currentDate: new Date(issuer.now()),
      requiredClaims: ['exp']
    })
    return payload
  } catch (error) {
    const { code = 'ERR_JWKS' } = error as { code?: string }
    throw new RetrievalFailed(
      `the user token could not be verified with x_user_token.jwks (${code})`
    )
  }
}

function keysOf(destination: DestinationConfiguration) {
  const { 'x_user_token.jwks': jwks, 'x_user_token.jwks_uri': uri } = destination
  if (jwks) return jose.createLocalJWKSet(decoded(jwks))
  if (!uri) return undefined
  if (!URL.canParse(uri) || !LOOPBACK.test(new URL(uri).hostname)) {
    throw new RetrievalFailed(
      'the emulated Destination service fetches keys from this machine only'
    )
  }
  return jose.createRemoteJWKSet(new URL(uri))
}

/** JSON in Base64. */
function decoded(jwks: string): import('jose').JSONWebKeySet {
  try {
    return JSON.parse(Buffer.from(jwks, 'base64').toString('utf8')) as import('jose').JSONWebKeySet
  } catch {
    throw new RetrievalFailed('x_user_token.jwks must be a JSON web key set in Base64')
  }
}

function isOwn(issuer: TokenIssuer, token: string): boolean {
  try {
    const { zid, iss } = jose.decodeJwt(token) as Claims
    return issuer.knows(String(zid)) && iss === issuer.issuerOf(String(zid))
  } catch {
    return false
  }
}

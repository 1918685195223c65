import { jose } from '../keys/jose.js'
import type { AssertionKey } from '../keys/assertion-keys.js'

/** Seconds for which a token of the application about an author is accepted by others. */
const LIFETIME = 300

/**
 * Signs a JWT about an author.
 *
 * @param lifetime - seconds
 * @internal
 */
export async function signedToken(
  { kid, key }: AssertionKey,
  claims: Readonly<Record<string, unknown>>,
  lifetime = LIFETIME
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const { SignJWT } = jose()
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + lifetime)
    .sign(key)
}

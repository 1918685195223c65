import { TokenUser } from '../../../../src/user/token-user.js'

/** Returns a user of a validated token, as this package makes them. */
export function tokenUser(
  userId: string,
  tenant = 't1',
  expiresIn = 3600,
  bearerToken = `token-of-${userId}`
): TokenUser {
  const expiresAt = Math.floor(Date.now() / 1000) + expiresIn
  const identity = { kind: 'named', userId, tenant, issuer: 'xsuaa', expiresAt } as const
  return new TokenUser({
    identity: { ...identity, roles: {}, attributes: {} },
    bearerToken,
    issuer: { securityContext: () => ({}) }
  })
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Returns a token that can be read, with a signature that is none. */
export function readableToken(user_name: string, exp: number, zid = 't1'): string {
  return `${part({ alg: 'RS256' })}.${part({ user_name, zid, exp })}.c2ln`
}

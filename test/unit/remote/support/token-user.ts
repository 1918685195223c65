import { TokenUser } from '../../../../src/user/token-user.js'

/** Returns a user of a validated token, as this package makes them. */
export function tokenUser(userId: string, tenant = 't1', expiresIn = 3600): TokenUser {
  const expiresAt = Math.floor(Date.now() / 1000) + expiresIn
  const identity = { kind: 'named', userId, tenant, issuer: 'xsuaa', expiresAt } as const
  return new TokenUser({
    identity: { ...identity, roles: {}, attributes: {} },
    bearerToken: `token-of-${userId}`,
    issuer: { securityContext: () => ({}) }
  })
}

import type { AuthOptions } from '../options.js'
import { decode } from '../token/decode.js'
import type { Identity } from './identity.js'

/**
 * Returns the feature toggles of a mocked user, or of the tenant: no token has them.
 *
 * @param names - with which the user logs on, or the user's id; the first that a mocked user has counts
 * @internal
 */
export function featuresOfMocked(
  { users = {}, tenants = {} }: Pick<AuthOptions, 'users' | 'tenants'>,
  names: readonly string[],
  tenant: string | undefined
): unknown {
  const [user] = names.flatMap((name) => {
    const byId = Object.values(users).find((each) => typeof each === 'object' && each.id === name)
    return byId ?? (Object.hasOwn(users, name) ? (users[name] ?? []) : [])
  })
  const own = typeof user === 'object' ? user.features : undefined
  if (own !== undefined) return own
  return tenant !== undefined && Object.hasOwn(tenants, tenant)
    ? tenants[tenant]?.features
    : undefined
}

/**
 * Returns the names by which a user of the emulated landscape can be a mocked one: the id, which another claim can have given, and
 * what its tokens name the user, or the client where the user is technical.
 *
 * @param bearerToken - as it was verified
 * @internal
 */
export function mockedNames({ userId, kind, client }: Identity, bearerToken: string): string[] {
  const { user_name: ofXsuaa, preferred_username: ofIas } = decode(bearerToken).payload
  const names: unknown[] = kind === 'technical' ? [client] : [userId, ofXsuaa, ofIas]
  return names.filter((name) => typeof name === 'string')
}

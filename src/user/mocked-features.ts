import type { AuthOptions } from '../options.js'

/**
 * Returns the feature toggles of a mocked user, or of the tenant: no token has them.
 *
 * @param name - with which the user logs on, or the user's id
 * @internal
 */
export function featuresOfMocked(
  { users = {}, tenants = {} }: Pick<AuthOptions, 'users' | 'tenants'>,
  name: string,
  tenant: string | undefined
): unknown {
  const byId = Object.values(users).find((each) => typeof each === 'object' && each.id === name)
  const user = byId ?? (Object.hasOwn(users, name) ? users[name] : undefined)
  const own = typeof user === 'object' ? user.features : undefined
  if (own !== undefined) return own
  return tenant !== undefined && Object.hasOwn(tenants, tenant)
    ? tenants[tenant]?.features
    : undefined
}

import type { Client, Landscape } from '../../landscape/landscape.js'
import { foreignUserScopes, fullName } from '../../xs-security/granted-scopes.js'
import { allApplications } from './held-grants.js'

/**
 * True if a client is registered with a scope, so that it may ask for it: `openid`, and what its security descriptor names or takes
 * from others. Without a descriptor, every name of the application is a scope.
 *
 * @see CF UAA, `UaaAuthorizationRequestManager`, `validateParameters`
 */
export function isClientScope(landscape: Landscape, client: Client, scope: string): boolean {
  const { descriptor, xsappname } = client
  if (scope === 'openid') return true
  if (!descriptor) return scope.startsWith(`${xsappname}.`)
  const templates = [...descriptor.roleTemplates.values()].flatMap(({ scopes }) => scopes)
  const own = [...descriptor.scopes.keys(), ...templates].map((name) => fullName(client, name))
  if (own.includes(scope)) return true
  const others = allApplications(landscape).filter((each) => each !== client)
  return foreignUserScopes(client, others).has(scope)
}

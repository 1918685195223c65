import type { LandscapeUser } from '../../landscape/landscape-user.js'
import type { Client, Landscape } from '../../landscape/landscape.js'
import { foreignUserScopes, fullName } from '../../xs-security/granted-scopes.js'
import type { Grants } from '../../xs-security/grant-roles.js'

/**
 * Returns the authorizations of a user in a token for a client: everything of the application behind it, and of others those scopes that
 * they grant to it, and that it accepts. A service that the application uses (destination, connectivity) sees
 * what the application does.
 *
 * @returns with the full names of scopes
 */
export function heldGrants(landscape: Landscape, client: Client, user: LandscapeUser): Grants {
  const all = allApplications(landscape)
  const application = all.find(({ id }) => id === client.id) ?? landscape.clients.xsuaa
  const own = grantsIn(landscape, application, user)
  const others = all.filter((each) => each !== application)
  const foreign = foreignUserScopes(application, others)
  const granted = others
    .flatMap((other) => resolved(other, grantsIn(landscape, other, user)))
    .filter((scope) => foreign.has(scope))
  return { ...own, scopes: [...new Set([...resolved(application, own), ...granted])] }
}

/** Every application of the subaccount. */
export function allApplications({ clients, applications }: Landscape): Client[] {
  return [clients.xsuaa, ...applications.values()]
}

function grantsIn({ applications }: Landscape, application: Client, user: LandscapeUser): Grants {
  const [name] = [...applications].find(([, each]) => each === application) ?? []
  const elsewhere = name === undefined ? undefined : user.elsewhere.get(name)
  return elsewhere ?? user
}

const resolved = (application: Client, { scopes }: Grants) =>
  scopes.map((scope) => fullName(application, scope))

import type { IssueTokenOptions } from '../emulator.js'
import { EmulatorError } from '../emulator-error.js'
import { findClient } from '../landscape/clients.js'
import { allUsers, findUser, type Client, type Landscape } from '../landscape/landscape.js'
import { OWN } from '../xs-security/descriptor.js'
import { fullName } from '../xs-security/granted-scopes.js'
import { audience, claimsFor, technicalClaims, type Claims } from './claims.js'
import type { TokenService } from './grants/token-service.js'

/**
 * A token straight from the issuer: for tests, and for tokens that XSUAA would not issue.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for an unknown user or client
 */
export async function issueToken(
  { landscape, issuer }: TokenService,
  options: IssueTokenOptions
): Promise<string> {
  const client = resolveClient(landscape, options.client ?? 'xsuaa')
  const { user, tenant, grant = user === undefined ? 'client_credentials' : 'password' } = options
  const claims =
    grant === 'client_credentials'
      ? technicalClaims(landscape, client, resolveTenant(landscape, tenant))
      : withGrant(grant, claimsFor(landscape, client, resolveUser(landscape, user, tenant)))
  const changed = {
    ...claims,
    ...withScopes(client, claims, options.scopes),
    ...(options.attributes && { 'xs.user.attributes': toLists(options.attributes) }),
    ...options.claims
  }
  return issuer.sign(changed, options.expiresIn ?? client.tokenValidity)
}

/** A technical user has no other grant. */
function withGrant(grant: string, claims: Claims): Claims {
  return claims['user_id'] === undefined ? claims : { ...claims, grant_type: grant }
}

function withScopes(client: Client, claims: Claims, scopes: readonly string[] | undefined): Claims {
  if (!scopes) return {}
  const isUser = claims['user_id'] !== undefined
  const names = scopes.map((name) => fullName(client, name.includes('.') ? name : OWN + name))
  const scope = isUser ? ['openid', ...names] : names
  return { scope, aud: audience(client, scope), ...(!isUser && { authorities: scope }) }
}

const toLists = (attributes: NonNullable<IssueTokenOptions['attributes']>) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value].flat()]))

/** @throws EmulatorError `ERR_EMULATOR_OPTIONS` */
export function resolveUser(
  landscape: Landscape,
  name: string | undefined,
  tenant: string | undefined
) {
  if (tenant !== undefined) resolveTenant(landscape, tenant)
  const user = findUser(landscape, name ?? '', tenant)
  if (user) return user
  const [only, ...others] = allUsers(landscape).filter((each) => each.name === name)
  if (tenant === undefined && only && !others.length) return only
  const users = tenant === undefined ? landscape.users : landscape.subscribers.get(tenant)
  const known = [...(users?.keys() ?? [])].join(', ') || '(none)'
  const where = tenant === undefined ? '' : ` in tenant "${tenant}"`
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `there is no user "${name}"${where}, only ${known}`
  )
}

/** @throws EmulatorError `ERR_EMULATOR_OPTIONS` */
export function resolveTenant(
  { tenant, subdomains }: Landscape,
  id: string | undefined = tenant
): string {
  if (subdomains.has(id)) return id
  const known = [...subdomains.keys()].join(', ')
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `there is no tenant "${id}", only ${known}`)
}

function resolveClient(landscape: Landscape, name: string): Client {
  const clients: Readonly<Record<string, Client>> = landscape.clients
  const own = Object.hasOwn(clients, name) ? clients[name] : landscape.applications.get(name)
  const client = own ?? findClient(landscape, name)
  if (client) return client
  const known = ['xsuaa', 'destination', 'connectivity', ...landscape.applications.keys()].join(
    ', '
  )
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `there is no client "${name}", use ${known}, or a client id`
  )
}

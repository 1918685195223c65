import { EmulatorError } from '../emulator-error.js'
import type { Client, Landscape } from '../landscape.js'
import type { IssueTokenOptions } from '../types.js'
import { findClient } from './authenticate-client.js'
import { technicalClaims, userClaims } from './claims.js'
import type { TokenService } from './token-endpoint.js'

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
  const { user, grant = user === undefined ? 'client_credentials' : 'password' } = options
  const claims =
    grant === 'client_credentials'
      ? technicalClaims(landscape, client, landscape.tenant)
      : userClaims(landscape, client, resolveUser(landscape, user))
  return issuer.sign({ ...claims, ...options.claims }, options.expiresIn ?? client.tokenValidity)
}

function resolveUser(landscape: Landscape, name: string | undefined) {
  const user = landscape.users.get(name ?? '')
  if (user) return user
  const known = [...landscape.users.keys()].join(', ') || '(none)'
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `there is no user "${name}", only ${known}`)
}

function resolveClient(landscape: Landscape, name: string): Client {
  const clients: Readonly<Record<string, Client>> = landscape.clients
  const client = Object.hasOwn(clients, name) ? clients[name] : findClient(landscape, name)
  if (client) return client
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `there is no client "${name}", use xsuaa, destination or connectivity, or a client id`
  )
}

import { findClient } from '../../landscape/clients.js'
import { equal } from '../../xsuaa/authenticate-client.js'
import type { Client } from '../../landscape/landscape.js'
import type { Claims } from '../../xsuaa/claims.js'
import { restrictScope } from '../../xsuaa/scopes/restrict-scope.js'
import { unauthorizedGrant } from '../../xsuaa/token-error.js'
import { ExchangeFailed, refusalOf } from './exchange-user-token.js'
import type { TokenService } from '../../xsuaa/grants/token-service.js'
import type { AuthToken } from './types.js'
import type { DestinationConfiguration } from '../stored.js'

/**
 * Returns the client of a destination. Secrets are new on every start: a configuration cannot know them, and may leave them out.
 *
 * @param grantTypes - one of them has to be among those of the client
 * @throws ExchangeFailed
 */
export function clientOf(
  { landscape }: Pick<TokenService, 'landscape'>,
  { clientId = '', clientSecret }: DestinationConfiguration,
  ...grantTypes: readonly string[]
): Client {
  const client = findClient(landscape, clientId)
  if (!client || !equal(client.secret, clientSecret ?? client.secret)) {
    throw new ExchangeFailed('unauthorized', 'Bad credentials')
  }
  const { grantTypes: allowed } = client
  if (!allowed || grantTypes.some((each) => allowed.includes(each))) return client
  throw refusalOf(unauthorizedGrant())
}

/**
 * Signs a token of the emulated XSUAA with the scopes that the destination asks for, and returns its entry of `authTokens`.
 *
 * @throws ExchangeFailed if the token has none of these scopes
 */
export async function bearer(
  header: string,
  { issuer }: Pick<TokenService, 'issuer'>,
  { scope: asked = '' }: DestinationConfiguration,
  client: Client,
  claims: Claims
): Promise<AuthToken> {
  const narrowed = narrow(claims, client, asked)
  const token = await issuer.sign(narrowed, client.tokenValidity)
  // a second less than the token lives, as UAA counts
  const fields = entry(header, 'bearer', token, String(client.tokenValidity - 1))
  return { ...fields, scope: (narrowed['scope'] as string[]).join(' ') }
}

function narrow(claims: Claims, { id }: Client, scope: string): Claims {
  try {
    return restrictScope(claims, id, scope)
  } catch (error) {
    throw refusalOf(error)
  }
}

/** An entry of `authTokens`. */
export function entry(key: string, type: string, value: string, expires_in: string): AuthToken {
  // the scheme of the header is always capitalized, the type is as the token server said it
  const scheme = type === 'bearer' ? 'Bearer' : type
  return { type, value, http_header: { key, value: `${scheme} ${value}` }, expires_in }
}

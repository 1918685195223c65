import { findClient } from '../../landscape/clients.js'
import { equal } from '../../xsuaa/authenticate-client.js'
import { ExchangeFailed } from './exchange-user-token.js'
import type { TokenService } from '../../xsuaa/grants/token-service.js'
import type { AuthToken } from './types.js'
import type { DestinationConfiguration } from '../stored.js'

/** Secrets are new on every start: a configuration cannot know them, and may leave them out. */
export function clientOf(
  { landscape }: Pick<TokenService, 'landscape'>,
  { clientId = '', clientSecret }: DestinationConfiguration
) {
  const client = findClient(landscape, clientId)
  if (client && equal(client.secret, clientSecret ?? client.secret)) return client
  throw new ExchangeFailed('unauthorized', 'Bad credentials')
}

/** The entry of `authTokens` for a token of the emulated XSUAA. */
export function bearer(header: string, token: string, validity: number, scope: unknown): AuthToken {
  // a second less than the token lives, as UAA counts
  const fields = entry(header, 'bearer', token, String(validity - 1))
  return { ...fields, scope: (scope as string[]).join(' ') }
}

/** An entry of `authTokens`. */
export function entry(key: string, type: string, value: string, expires_in: string): AuthToken {
  // the scheme of the header is always capitalized, the type is as the token server said it
  const scheme = type === 'bearer' ? 'Bearer' : type
  return { type, value, http_header: { key, value: `${scheme} ${value}` }, expires_in }
}

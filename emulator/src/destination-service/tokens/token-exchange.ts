import { type Claims, JWT_BEARER, TOKEN_EXCHANGE } from '../../xsuaa/claims.js'
import { InvalidToken, verifyToken } from '../../xsuaa/verify-token.js'
import { clientOf, bearer } from './own-clients.js'
import { ExchangeFailed, exchangeUserToken } from './exchange-user-token.js'
import { RetrievalFailed } from '../retrieval-failed.js'
import { prefixed } from './saml-tokens.js'
import { askTokenService } from './token-service.js'
import type { AuthToken, Caller, TypedToken, DestinationTokens } from './types.js'
import type { DestinationConfiguration } from '../stored.js'

/**
 * `OAuth2TokenExchange`: what the token service gives for the subject token, and the actor token if there is one (RFC 8693).
 * Without `tokenServiceURL` that is the emulated XSUAA, which takes its own and trusted tokens of users.
 *
 * @throws RetrievalFailed
 */
export async function exchangedToken(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  { subject, actor }: Caller
): Promise<AuthToken> {
  if (!subject.token || !subject.type) {
    throw new RetrievalFailed('X-Subject-Token and X-Subject-Token-Type are mandatory')
  }
  if (Boolean(actor.token) !== Boolean(actor.type)) {
    throw new RetrievalFailed(
      'X-Actor-Token and X-Actor-Token-Type are there together or not at all'
    )
  }
  if (destination['tokenServiceURL']) return asked(service, destination, subject, actor)
  const client = clientOf(service, destination, JWT_BEARER)
  const claims = await exchangeUserToken(service, client, subject.token)
  const act = actor.token && { act: await actorOf(service, actor.token) }
  return bearer('Authorization', service, destination, client, { ...claims, ...act })
}

/** RFC 8693 section 4.1: who acts for the subject. */
async function actorOf({ issuer }: DestinationTokens, token: string): Promise<Claims> {
  try {
    const { sub, iss } = await verifyToken(issuer, token)
    return { sub, iss }
  } catch (error) {
    if (!(error instanceof InvalidToken)) throw error
    throw new ExchangeFailed('invalid_request', `The actor token is not valid: ${error.defect}`)
  }
}

async function asked(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  subject: TypedToken,
  actor: TypedToken
): Promise<AuthToken> {
  const { tokenServiceURL = '', clientId = '', scope } = destination
  if (!URL.canParse(tokenServiceURL)) throw new RetrievalFailed('tokenServiceURL is not a URL')
  const url = new URL(tokenServiceURL)
  const own = ownApplication(service, url, clientId)
  const clientSecret = destination['clientSecret'] ?? own?.secret
  for (const [name, value] of Object.entries(prefixed(destination, 'tokenServiceURL.queries.'))) {
    url.searchParams.set(name, value)
  }
  const inBody = destination['tokenService.addClientCredentialsInBody'] !== 'false'
  const basic = Buffer.from(`${clientId}:${clientSecret ?? ''}`).toString('base64')
  const form = new URLSearchParams({
    grant_type: TOKEN_EXCHANGE,
    ...(inBody && { client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) }),
    ...typed('subject', subject),
    ...(actor.token && typed('actor', actor)),
    ...(scope && { scope }),
    ...prefixed(destination, 'tokenService.body.')
  })
  const headers = {
    ...(!inBody && { authorization: `Basic ${basic}` }),
    ...prefixed(destination, 'tokenServiceURL.headers.')
  }
  const client = own?.certificate
  const answer = await askTokenService({ url, headers, form, client, ca: service.ca })
  return {
    type: answer.token_type,
    value: answer.access_token,
    issued_token_type: answer.issued_token_type ?? '',
    http_header: { key: 'Authorization', value: `Bearer ${answer.access_token}` },
    ...(answer.expires_in !== undefined && { expires_in: String(answer.expires_in) })
  }
}

/** Finds the application of the emulated Identity Authentication: its credentials are new on every start. */
function ownApplication({ identity }: DestinationTokens, { origin }: URL, clientId: string) {
  if (identity?.issuer.url !== origin) return undefined
  return identity.tenant.applications.find(({ id }) => id === clientId)
}

const typed = (name: string, { token = '', type = '' }: TypedToken) => ({
  [`${name}_token`]: token,
  [`${name}_token_type`]: type
})

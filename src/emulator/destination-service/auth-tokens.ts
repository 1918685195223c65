import { equal, findClient } from '../xsuaa/authenticate-client.js'
import { technicalClaims } from '../xsuaa/claims.js'
import type { TokenService } from '../xsuaa/token-endpoint.js'
import type { DestinationConfiguration } from './configuration.js'

/** An entry of `authTokens`; `type`, `value` and `expires_in` are there even if the retrieval failed. */
export interface AuthToken {
  type: string
  value: string
  /** Seconds, and a string, unlike XSUAA's. */
  expires_in: string
  http_header?: { key: string; value: string }
  scope?: string
  error?: string
}

/** Authentication types for which the client does everything itself. */
const WITHOUT = new Set([
  'NoAuthentication',
  'PrincipalPropagation',
  'ClientCertificateAuthentication'
])

/**
 * What the Destination service puts into `authTokens`. A token that cannot be fetched is an entry
 * with `error`; the response stays 200.
 */
export async function createAuthTokens(
  service: TokenService,
  destination: DestinationConfiguration,
  tenant: string
): Promise<AuthToken[] | undefined> {
  const { Authentication = '' } = destination
  if (WITHOUT.has(Authentication)) return undefined
  if (Authentication === 'BasicAuthentication') return [basic(destination)]
  if (Authentication !== 'OAuth2ClientCredentials') {
    return [failed(`authentication type ${Authentication} is not emulated`)]
  }
  return [await clientCredentials(service, destination, tenant)]
}

function basic({ User = '', Password = '' }: DestinationConfiguration): AuthToken {
  const value = Buffer.from(`${User}:${Password}`).toString('base64')
  return entry('Basic', value, '0')
}

async function clientCredentials(
  { landscape, issuer }: TokenService,
  { clientId = '', clientSecret }: DestinationConfiguration,
  tenant: string
): Promise<AuthToken> {
  const client = findClient(landscape, clientId)
  // secrets are new on every start: a configuration cannot know them, and may leave them out
  if (!client || !equal(client.secret, clientSecret ?? client.secret)) {
    return failed('{"error":"unauthorized","error_description":"Bad credentials"}')
  }
  const claims = technicalClaims(landscape, client, tenant)
  const token = await issuer.sign(claims, client.tokenValidity)
  const scope = (claims['scope'] as string[]).join(' ')
  return { ...entry('bearer', token, String(client.tokenValidity - 1)), scope }
}

function entry(type: string, value: string, expires_in: string): AuthToken {
  // the scheme of the header is always capitalized, the type is as the token server said it
  const scheme = type === 'bearer' ? 'Bearer' : type
  return {
    type,
    value,
    http_header: { key: 'Authorization', value: `${scheme} ${value}` },
    expires_in
  }
}

const failed = (reason: string): AuthToken => ({
  type: '',
  value: '',
  expires_in: '0',
  error: `Retrieval of OAuthToken failed due to: ${reason}`
})

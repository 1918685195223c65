import { JWT_BEARER, technicalClaims } from '../../xsuaa/claims.js'
import type { Grant } from '../../xsuaa/grants/grant.js'
import { password } from '../../xsuaa/grants/password.js'
import { refreshToken } from '../../xsuaa/grants/refresh-token.js'
import { exchangeUserToken, ExchangeFailed, refusalOf } from './exchange-user-token.js'
import { corporateTokens } from './corporate-token.js'
import { bearer, clientOf, entry } from './own-clients.js'
import { RetrievalFailed } from '../retrieval-failed.js'
import { samlAssertion, samlBearerToken } from './saml-tokens.js'
import { tenantOf, tenantOfUser } from '../tenant-of-call.js'
import { exchangedToken } from './token-exchange.js'
import type { AuthToken, Caller, DestinationTokens } from './types.js'
import type { DestinationConfiguration } from '../stored.js'

type Retrieval = (
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
) => Promise<AuthToken> | AuthToken

const RETRIEVALS: Readonly<Record<string, Retrieval>> = {
  BasicAuthentication: (_, destination) => basic(destination),
  OAuth2ClientCredentials: (...args) => clientCredentials('Authorization', ...args),
  OAuth2TechnicalUserPropagation: (...args) =>
    clientCredentials('SAP-Connectivity-Technical-Authentication', ...args),
  OAuth2Password: passwordToken,
  OAuth2RefreshToken: refreshedToken,
  OAuth2UserTokenExchange: (...args) => userToken(['user_token', JWT_BEARER], 'uaa.user', ...args),
  OAuth2JWTBearer: (...args) => userToken([JWT_BEARER], undefined, ...args),
  OAuth2TokenExchange: exchangedToken,
  OAuth2SAMLBearerAssertion: samlBearerToken,
  SAMLAssertion: samlAssertion
}

/** Authentication types for which the client does everything itself. */
const WITHOUT = new Set([
  'NoAuthentication',
  'PrincipalPropagation',
  'ClientCertificateAuthentication'
])

/**
 * The entries that the Destination service puts into `authTokens`. A token that cannot be fetched is an entry
 * with `error`; the response stays 200.
 */
export async function createAuthTokens(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken[] | undefined> {
  const { Authentication = '' } = destination
  if (Authentication === 'PrincipalPropagation') return corporateTokens(service, caller)
  if (WITHOUT.has(Authentication)) return undefined
  const retrieve = Object.hasOwn(RETRIEVALS, Authentication) && RETRIEVALS[Authentication]
  if (!retrieve) return [failed(`authentication type ${Authentication} is not emulated`)]
  try {
    return [await retrieve(service, destination, caller)]
  } catch (error) {
    if (error instanceof RetrievalFailed) return [failed(error.message)]
    throw error
  }
}

function basic({ User = '', Password = '' }: DestinationConfiguration): AuthToken {
  const value = Buffer.from(`${User}:${Password}`).toString('base64')
  return entry('Authorization', 'Basic', value, '0')
}

async function clientCredentials(
  header: string,
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const client = clientOf(service, destination, 'client_credentials')
  const tenant = tenantOf(service, destination, caller)
  const claims = technicalClaims(service.landscape, client, tenant)
  return bearer(header, service, destination, client, claims)
}

async function userToken(
  grantTypes: readonly string[],
  neededScope: string | undefined,
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const client = clientOf(service, destination, ...grantTypes)
  const tenant = tenantOfUser(destination, caller)
  const { userToken: token } = caller
  const claims = await exchangeUserToken(service, client, token, neededScope, tenant)
  return bearer('Authorization', service, destination, client, claims)
}

/** The user of the destination, whoever calls. */
async function passwordToken(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const { User = '', Password = '' } = destination
  const form = { grant_type: 'password', username: User, password: Password }
  const tenant = tenantOf(service, destination, caller)
  return (await granted(password, service, destination, form, tenant)).token
}

/** Gets the token of the refresh token's user, if it was issued to the client of the destination. */
async function refreshedToken(
  service: DestinationTokens,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const { refreshToken: refresh_token } = caller
  if (!refresh_token) throw new ExchangeFailed('invalid_request', 'Refresh token is missing')
  const form = { grant_type: 'refresh_token', refresh_token }
  const tenant = tenantOf(service, destination, caller)
  const { token, result } = await granted(refreshToken, service, destination, form, tenant)
  return { ...token, ...(result.refreshToken && { refresh_token: result.refreshToken }) }
}

/** Gets a token by a grant of the emulated XSUAA, with all that it refuses. */
async function granted(
  grant: Grant,
  service: DestinationTokens,
  destination: DestinationConfiguration,
  parameters: { grant_type: string } & Record<string, string>,
  tenant: string
) {
  const client = clientOf(service, destination, parameters.grant_type)
  const form = new URLSearchParams(parameters)
  try {
    const result = await grant({ ...service, client, form, tenant })
    const token = await bearer('Authorization', service, destination, client, result.claims)
    return { token, result }
  } catch (error) {
    throw refusalOf(error)
  }
}

const failed = (reason: string): AuthToken => ({
  type: '',
  value: '',
  expires_in: '0',
  error: `Retrieval of OAuthToken failed due to: ${reason}`
})

import type { IncomingMessage } from 'node:http'
import type { RequestNotes } from '../http/api-server.js'
import { authenticateClient } from './authenticate-client.js'
import { JWT_BEARER, SAML2_BEARER } from './claims.js'
import { issuerByHost } from './documents/discovery.js'
import { authorizationCode } from './grants/authorization-code.js'
import { clientCredentials } from './grants/client-credentials.js'
import type { Grant, GrantContext } from './grants/grant.js'
import { jwtBearer } from './grants/jwt-bearer.js'
import { password } from './grants/password.js'
import { refreshToken } from './grants/refresh-token.js'
import { samlBearer } from './grants/saml-bearer.js'
import { idTokenClaims } from './id-token.js'
import { checkEmulated } from './documents/not-emulated.js'
import { restrictScope } from './scopes/restrict-scope.js'
import { tenantOfRequest } from './tenant-of-request.js'
import { invalidRequest, otherClient, unauthorizedGrant } from './token-error.js'
import type { TokenService } from './grants/token-service.js'

const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', authorizationCode],
  ['client_credentials', clientCredentials],
  ['password', password],
  ['refresh_token', refreshToken],
  [JWT_BEARER, jwtBearer],
  [SAML2_BEARER, samlBearer]
])

/**
 * Response of RFC 6749 section 5.1, as XSUAA writes it: the type in lower case, `scope` as a string
 * (it is an array in the token), and a refresh token for users only.
 */
export interface TokenResponse {
  access_token: string
  token_type: 'bearer'
  /** Seconds, a number. */
  expires_in: number
  scope: string
  jti: string
  /** Is there for the grants `authorization_code` and `password`, and when their tokens are refreshed. */
  id_token?: string
  refresh_token?: string
}

/**
 * Answers one request to `/oauth/token`.
 *
 * @throws TokenError
 */
export async function handleTokenRequest(
  service: TokenService,
  req: IncomingMessage,
  form: URLSearchParams,
  notes: RequestNotes
): Promise<TokenResponse> {
  // RFC 6749 section 3.2: parameters must not be included more than once
  const names = [...form.keys()]
  if (new Set(names).size < names.length) throw invalidRequest('a parameter is there twice')
  const client = authenticateClient(service.landscape, req, form)
  notes.client = client.id
  checkEmulated(form)
  if ((form.get('client_id') ?? client.id) !== client.id) throw otherClient()
  const type = form.get('grant_type')
  if (!type) throw invalidRequest('Missing grant type')
  const grant = GRANTS.get(type)
  if (!grant) throw unauthorizedGrant()
  notes.grant = type
  if (client.grantTypes && !client.grantTypes.includes(type)) throw unauthorizedGrant()
  const tenant = tenantOfRequest(service.landscape, req) ?? tenantOfBinding(service, type)
  return respond({ ...service, client, form, tenant }, grant, req)
}

/** The address in a binding is the provider's. The grant `password` takes users of each tenant there: see docs/emulator.md. */
function tenantOfBinding({ landscape }: TokenService, grant: string): string | undefined {
  return grant === 'password' ? undefined : landscape.tenant
}

async function respond(
  context: GrantContext,
  grant: Grant,
  req: IncomingMessage
): Promise<TokenResponse> {
  const { client, form, issuer, refreshTokens } = context
  const result = await grant(context)
  const claims = restrictScope(result.claims, client.id, form.get('scope'))
  const isUser = claims['user_id'] !== undefined
  const refresh = result.refreshToken ?? (isUser && refreshTokens.create(client, claims))
  const discovered = issuerByHost(context, req, String(claims['zid']))
  const idToken = idTokenClaims(client, claims, discovered)
  return {
    access_token: await issuer.sign(claims, client.tokenValidity),
    token_type: 'bearer',
    // a second less than the token lives, as UAA counts
    expires_in: client.tokenValidity - 1,
    scope: (claims['scope'] as string[]).join(' '),
    jti: String(claims['jti']),
    ...(idToken && { id_token: await issuer.sign(idToken, client.tokenValidity) }),
    ...(refresh && { refresh_token: refresh })
  }
}

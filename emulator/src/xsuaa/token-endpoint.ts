import type { IncomingMessage } from 'node:http'
import type { RequestNotes } from '../http/api-server.js'
import type { IdentityService } from '../ias/identity-service.js'
import { tenantOfSubdomain, type Landscape } from '../landscape/landscape.js'
import { authenticateClient } from './authenticate-client.js'
import { audience, JWT_BEARER, SAML2_BEARER, type Claims } from './claims.js'
import type { AuthorizationCodes } from './authorize/authorization-codes.js'
import { authorizationCode } from './grants/authorization-code.js'
import { clientCredentials } from './grants/client-credentials.js'
import type { Grant, GrantContext } from './grants/grant.js'
import { jwtBearer } from './grants/jwt-bearer.js'
import { password } from './grants/password.js'
import { refreshToken } from './grants/refresh-token.js'
import { samlBearer } from './grants/saml-bearer.js'
import type { SamlService } from '../saml/saml-service.js'
import type { RefreshTokens } from './refresh-tokens.js'
import type { ShadowUsers } from './shadow-users.js'
import { invalidRequest, invalidScope, unauthorizedGrant } from './token-error.js'
import type { TokenIssuer } from './token-issuer.js'

const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', authorizationCode],
  ['client_credentials', clientCredentials],
  ['password', password],
  ['refresh_token', refreshToken],
  [JWT_BEARER, jwtBearer],
  [SAML2_BEARER, samlBearer]
])

/** The parts of the landscape that the token endpoint works with. */
export interface TokenService {
  landscape: Landscape
  issuer: TokenIssuer
  refreshTokens: RefreshTokens
  saml: SamlService
  shadowUsers: ShadowUsers
  codes: AuthorizationCodes
  /** Identity provider that the subaccount trusts. */
  identity?: IdentityService | undefined
}

/**
 * Response of RFC 6749 section 5.1, as XSUAA writes it: the type in lower case, `scope` as a string
 * (it is an array in the token), and a refresh token for users only. There is no id token.
 */
export interface TokenResponse {
  access_token: string
  token_type: 'bearer'
  /** Seconds, a number. */
  expires_in: number
  scope: string
  jti: string
  refresh_token?: string
}

/**
 * Answers one POST to `/oauth/token`.
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
  const type = form.get('grant_type')
  if (!type) throw invalidRequest('Missing grant type')
  const grant = GRANTS.get(type)
  if (!grant) throw unauthorizedGrant()
  notes.grant = type
  if (client.grantTypes && !client.grantTypes.includes(type)) throw unauthorizedGrant()
  return respond({ ...service, client, form, tenant: readTenant(service.landscape, req) }, grant)
}

async function respond(context: GrantContext, grant: Grant): Promise<TokenResponse> {
  const { client, form, issuer, refreshTokens } = context
  const result = await grant(context)
  const claims = restrictScope(result.claims, client.id, form.get('scope'))
  const isUser = claims['user_id'] !== undefined
  const refresh = result.refreshToken ?? (isUser && refreshTokens.create(client, claims))
  return {
    access_token: await issuer.sign(claims, client.tokenValidity),
    token_type: 'bearer',
    // a second less than the token lives, as UAA counts
    expires_in: client.tokenValidity - 1,
    scope: (claims['scope'] as string[]).join(' '),
    jti: String(claims['jti']),
    ...(refresh && { refresh_token: refresh })
  }
}

/** `scope` in the request can narrow the token, never widen it. */
function restrictScope(claims: Claims, clientId: string, requested: string | null): Claims {
  if (!requested) return claims
  const wanted = new Set(requested.split(/\s+/).filter(Boolean))
  const scope = (claims['scope'] as string[]).filter((name) => wanted.has(name))
  if (wanted.size && !scope.length) throw invalidScope()
  return {
    ...claims,
    scope,
    ...(claims['authorities'] !== undefined && { authorities: scope }),
    aud: audience({ id: clientId }, scope)
  }
}

/** `x-zid` is how clients of several tenants choose one without its subdomain; otherwise the host's subdomain says it. */
function readTenant(landscape: Landscape, req: IncomingMessage): string | undefined {
  const tenant = req.headers['x-zid']
  if (tenant === undefined || tenant === '') return tenantOfHost(landscape, req)
  if (typeof tenant !== 'string' || !landscape.subdomains.has(tenant)) {
    throw invalidRequest('the identity zone of the header x-zid does not exist')
  }
  return tenant
}

/**
 * The tenant that the host's subdomain names, if it names one.
 *
 * @throws TokenError
 */
export function tenantOfHost(
  landscape: Landscape,
  { headers }: IncomingMessage
): string | undefined {
  const [, subdomain] = /^([a-z0-9-]+)\.localhost(:|$)/i.exec(headers.host ?? '') ?? []
  if (subdomain === undefined) return undefined
  const tenant = tenantOfSubdomain(landscape, subdomain.toLowerCase())
  if (tenant !== undefined) return tenant
  throw invalidRequest(`there is no identity zone with the subdomain ${subdomain}`)
}

import type { IncomingMessage } from 'node:http'
import { tenantOfHost } from '../tenant-of-request.js'
import type { TokenService } from '../grants/token-service.js'

/**
 * The metadata of the tenant that the host names. The endpoints are below that host.
 *
 * @param path - below the token endpoint it has the issuer by which this host is known; otherwise that of access tokens
 * @see CF UAA, `OpenIdConnectEndpoints`, `OpenIdConfiguration`; RFC 8705 section 5 for aliases
 */
export function discovery(service: TokenService, req: IncomingMessage, path: string) {
  const url = `https://${req.headers.host ?? ''}`
  const endpoints = {
    token_endpoint: `${url}/oauth/token`,
    authorization_endpoint: `${url}/oauth/authorize`
  }
  const { issuer, landscape } = service
  const tenant = tenantOfHost(landscape, req) ?? landscape.tenant
  const isBelowToken = path.startsWith('/oauth/token/')
  return {
    issuer: isBelowToken ? issuerByHost(service, req, tenant) : issuer.issuerOf(tenant),
    ...endpoints,
    userinfo_endpoint: `${url}/userinfo`,
    jwks_uri: `${url}/token_keys`,
    end_session_endpoint: `${url}/logout.do`,
    ...SUPPORTED,
    mtls_endpoint_aliases: endpoints
  }
}

/**
 * The issuer of a tenant's id tokens, which has to be the one that its client has discovered: `<url>/oauth/token` with the `url` of the
 * binding. On BTP that is the issuer of access tokens as well; here Node could not resolve a host below `localhost`.
 */
export function issuerByHost(
  { issuer, landscape }: Pick<TokenService, 'issuer' | 'landscape'>,
  req: IncomingMessage,
  tenant: string
): string {
  const isNamed = tenantOfHost(landscape, req) !== undefined
  if (isNamed || tenant !== landscape.tenant) return issuer.issuerOf(tenant)
  return `https://${req.headers.host ?? ''}/oauth/token`
}

const SUPPORTED = {
  token_endpoint_auth_methods_supported: [
    'client_secret_basic',
    'client_secret_post',
    'tls_client_auth'
  ],
  tls_client_certificate_bound_access_tokens: true,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256', 'plain'],
  scopes_supported: ['openid', 'profile', 'email', 'phone', 'roles', 'user_attributes'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  claim_types_supported: ['normal'],
  claims_parameter_supported: false
}

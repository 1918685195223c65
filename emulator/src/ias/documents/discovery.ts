import { JWT_BEARER, TOKEN_EXCHANGE } from '../../xsuaa/claims.js'

/**
 * Returns the discovery document, which is about the tenant and not about one application: it names grants that an application
 * may lack.
 *
 * @see OpenID Connect Discovery 1.0, section 3; SAP Cloud Identity Services, "Call Identity Authentication Discovery Endpoint"
 */
export const discovery = (url: string) => ({
  issuer: url,
  authorization_endpoint: `${url}/oauth2/authorize`,
  token_endpoint: `${url}/oauth2/token`,
  userinfo_endpoint: `${url}/oauth2/userinfo`,
  end_session_endpoint: `${url}/oauth2/logout`,
  jwks_uri: `${url}/oauth2/certs`,
  introspection_endpoint: `${url}/oauth2/introspect`,
  revocation_endpoint: `${url}/oauth2/revoke`,
  response_types_supported: ['code', 'id_token', 'token'],
  grant_types_supported: [
    'password',
    'authorization_code',
    'refresh_token',
    'client_credentials',
    JWT_BEARER,
    TOKEN_EXCHANGE
  ],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile', 'offline_access'],
  token_endpoint_auth_methods_supported: [
    'tls_client_auth',
    'client_secret_basic',
    'client_secret_post'
  ],
  code_challenge_methods_supported: ['plain', 'S256'],
  tls_client_certificate_bound_access_tokens: true,
  authorization_response_iss_parameter_supported: true
})

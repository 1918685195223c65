import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler, RequestNotes } from '../http/api-server.js'
import { readForm } from '../http/read-form.js'
import { sendJson, sendXml } from '../http/respond.js'
import { identityProviderMetadata } from '../saml/identity-provider.js'
import type { EndpointName } from '../traffic/types.js'
import { TokenError } from '../xsuaa/token-error.js'
import { answerBundle, BUNDLES } from './authorization-bundle.js'
import { answerCerts } from './identity-certs.js'
import type { IdentityService } from './identity-service.js'
import { grantTypes, handleIdentityTokenRequest } from './tokens/identity-token-endpoint.js'

/** Name of the endpoint with this path, for tests. */
export function identityEndpoint(path: string): EndpointName {
  return ENDPOINTS.get(path) ?? 'ias'
}

const ENDPOINTS = new Map<string, EndpointName>([
  ['/oauth2/token', 'ias/token'],
  ['/oauth2/certs', 'ias/certs'],
  ['/.well-known/openid-configuration', 'ias/openid-configuration']
])

/** The router of the emulated Identity Authentication. */
export function createIdentityHandler(service: IdentityService): ApiHandler {
  return async (req, res, url, notes) => {
    if (url.pathname === '/oauth2/token') return token(service, req, res, url, notes)
    if (req.method !== 'GET') return notAllowed(res, 'GET')
    if (url.pathname.startsWith(`${BUNDLES}/`)) return answerBundle(service, req, res, url.pathname)
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return sendJson(res, 200, discovery(service))
      case '/oauth2/certs': {
        const { status, body, plan } = answerCerts(service, req)
        return sendJson(res, status, body, plan === undefined ? {} : { 'x-osb_plan': plan })
      }
      case '/saml2/metadata':
        return sendXml(res, await identityProviderMetadata(service.saml))
      default:
        return sendJson(res, 404, { error: 'not_found' })
    }
  }
}

async function token(
  service: IdentityService,
  req: IncomingMessage,
  res: ServerResponse,
  { searchParams }: URL,
  notes: RequestNotes
): Promise<void> {
  if (req.method !== 'POST') return notAllowed(res, 'POST')
  try {
    const form = await readForm(req)
    if (!form) throw new TokenError(413, 'invalid_request', 'Request body is too large')
    // what destinations have in "tokenServiceURL.queries.*" is a parameter as well
    const all = new URLSearchParams([...form, ...searchParams])
    sendJson(res, 200, await handleIdentityTokenRequest(service, req, all, notes))
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { status, message: error_description, headers } = error
    const rest = status === 413 ? { connection: 'close' } : {}
    sendJson(res, status, { error: error.error, error_description }, { ...headers, ...rest })
  }
}

/** @see OpenID Connect Discovery 1.0, section 3; RFC 8705 section 3.3 */
function discovery(service: IdentityService) {
  const { url } = service.issuer
  return {
    issuer: url,
    token_endpoint: `${url}/oauth2/token`,
    jwks_uri: `${url}/oauth2/certs`,
    ...(service.redeemCode && { authorization_endpoint: `${url}/oauth2/authorize` }),
    grant_types_supported: grantTypes(service),
    token_endpoint_auth_methods_supported: [
      'tls_client_auth',
      'client_secret_basic',
      'client_secret_post'
    ],
    tls_client_certificate_bound_access_tokens: true,
    scopes_supported: ['openid', 'email', 'profile', 'groups'],
    subject_types_supported: ['public'],
    response_types_supported: ['code', 'id_token', 'token'],
    id_token_signing_alg_values_supported: ['RS256']
  }
}

function notAllowed(res: ServerResponse, allow: string): void {
  sendJson(res, 405, { error: 'method_not_allowed' }, { allow })
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler, RequestNotes } from '../http/api-server.js'
import type { EndpointName } from '../traffic/types.js'
import { readForm } from '../http/read-form.js'
import { sendJson, sendXml } from '../http/respond.js'
import { metadata, serviceProvider } from '../saml/service-provider.js'
import { createAuthorizeHandlers } from './authorize/authorize-handler.js'
import { Sessions } from './authorize/sessions.js'
import { JWT_BEARER, SAML2_BEARER } from './claims.js'
import { handleTokenRequest, type TokenService } from './token-endpoint.js'
import { invalidRequest, TokenError } from './token-error.js'

/** Name of the endpoint with this path, for tests. */
export function xsuaaEndpoint(path: string): EndpointName {
  // with an alias for SAML assertions
  if (path.startsWith('/oauth/token/')) return 'xsuaa/token'
  return ENDPOINTS.get(path) ?? 'xsuaa'
}

const ENDPOINTS = new Map<string, EndpointName>([
  ['/oauth/token', 'xsuaa/token'],
  ['/oauth/authorize', 'xsuaa/authorize'],
  ['/login.do', 'xsuaa/authorize'],
  ['/token_keys', 'xsuaa/token_keys'],
  ['/token_key', 'xsuaa/token_keys'],
  ['/.well-known/openid-configuration', 'xsuaa/openid-configuration'],
  ['/logout.do', 'xsuaa/logout']
])

/** The router of the emulated XSUAA. */
export function createXsuaaHandler(service: TokenService): ApiHandler {
  const pages = createAuthorizeHandlers(service, new Sessions(service.landscape.clock))
  return (req, res, url, notes) => {
    const saml = serviceProvider(service.landscape, service.issuer, service.landscape.tenant)
    if (url.pathname === '/oauth/token' || url.pathname === saml.tokenPath) {
      return token(service, req, res, url, notes)
    }
    if (url.pathname === '/saml/metadata') return sendXml(res, metadata(saml))
    const page = pages.get(`${req.method ?? ''} ${url.pathname}`)
    if (page) return page(req, res, url, notes)
    const document = documents(service, url.searchParams.get('zid'))[url.pathname]
    if (!document) return sendJson(res, 404, { error: 'not_found' })
    if (req.method !== 'GET' && req.method !== 'HEAD') return methodNotAllowed(req, res, 'GET')
    const { status, body } = document()
    sendJson(res, status, body)
  }
}

async function token(
  service: TokenService,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  notes: RequestNotes
): Promise<void> {
  if (req.method !== 'POST') return methodNotAllowed(req, res, 'POST')
  try {
    // a URL ends up in logs, its parameters must not be credentials
    if (url.search) throw invalidRequest('Parameters must be passed in the body of the request')
    const form = await readForm(req)
    if (!form) throw new TokenError(413, 'invalid_request', 'Request body is too large')
    const response = await handleTokenRequest(service, req, form, notes)
    sendJson(res, 200, response, { pragma: 'no-cache' })
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { status, message: description, headers } = error
    const rest = status === 413 ? { connection: 'close' } : {}
    const body = { error: error.error, error_description: description }
    sendJson(res, status, body, { ...headers, ...rest })
  }
}

/** GET documents by path; `zid` is the tenant that was asked for. */
function documents({ issuer, landscape }: TokenService, zid: string | null) {
  const ok = (body: unknown) => ({ status: 200, body })
  // xssec reads 400 as "wrong audience"
  const isKnown = zid === null || landscape.subdomains.has(zid)
  const unknown = {
    status: 400,
    body: { error: 'invalid_request', error_description: 'unknown zid' }
  }
  const documents: Record<string, () => { status: number; body: unknown }> = {
    '/token_keys': () =>
      isKnown ? ok({ keys: issuer.keys.published.map(({ jwk }) => jwk) }) : unknown,
    '/token_key': () => ok(issuer.key.jwk),
    '/.well-known/openid-configuration': () =>
      ok(discovery(issuer.url, issuer.issuerOf(landscape.tenant)))
  }
  return Object.assign(Object.create(null) as typeof documents, documents)
}

const discovery = (url: string, issuer: string) => ({
  issuer,
  authorization_endpoint: `${url}/oauth/authorize`,
  token_endpoint: `${url}/oauth/token`,
  end_session_endpoint: `${url}/logout.do`,
  jwks_uri: `${url}/token_keys`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  token_endpoint_auth_signing_alg_values_supported: ['RS256'],
  grant_types_supported: [
    'authorization_code',
    'password',
    'client_credentials',
    'refresh_token',
    JWT_BEARER,
    SAML2_BEARER
  ],
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256', 'plain'],
  scopes_supported: ['openid'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256']
})

function methodNotAllowed(req: IncomingMessage, res: ServerResponse, allow: string): void {
  const description = `Request method '${req.method}' not supported`
  const body = { error: 'method_not_allowed', error_description: description }
  sendJson(res, 405, body, { allow })
}

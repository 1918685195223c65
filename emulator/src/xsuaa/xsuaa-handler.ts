import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler, RequestNotes } from '../http/api-server.js'
import type { EndpointName } from '../traffic/types.js'
import { readForm } from '../http/read-form.js'
import { sendJson, sendXml } from '../http/respond.js'
import { metadata, serviceProvider } from '../saml/service-provider.js'
import { createAuthorizeHandlers } from './authorize/authorize-handler.js'
import { Sessions } from './authorize/sessions.js'
import { discovery } from './documents/discovery.js'
import { notEmulated } from './documents/not-emulated.js'
import { handleTokenRequest } from './token-endpoint.js'
import { tenantOfAlias, tenantOfHost } from './tenant-of-request.js'
import { invalidRequest, TokenError } from './token-error.js'
import { userInfo } from './documents/user-info.js'
import type { TokenService } from './grants/token-service.js'

/** Name of the endpoint with this path, for tests. */
export function xsuaaEndpoint(path: string): EndpointName {
  // with an alias for SAML assertions
  if (path.startsWith('/oauth/token/alias/')) return 'xsuaa/token'
  return ENDPOINTS.get(path) ?? 'xsuaa'
}

const ENDPOINTS = new Map<string, EndpointName>([
  ['/oauth/token', 'xsuaa/token'],
  ['/oauth/authorize', 'xsuaa/authorize'],
  ['/login.do', 'xsuaa/authorize'],
  ['/token_keys', 'xsuaa/token_keys'],
  ['/token_key', 'xsuaa/token_keys'],
  ['/.well-known/openid-configuration', 'xsuaa/openid-configuration'],
  ['/oauth/token/.well-known/openid-configuration', 'xsuaa/openid-configuration'],
  ['/logout.do', 'xsuaa/logout']
])

/** The router of the emulated XSUAA. */
export function createXsuaaHandler(service: TokenService): ApiHandler {
  const pages = createAuthorizeHandlers(service, new Sessions(service.landscape.clock))
  return (req, res, url, notes) => {
    const { pathname: path } = url
    const { landscape } = service
    if (path === '/oauth/token' || tenantOfAlias(landscape, path) !== undefined) {
      return answer(res, () => token(service, req, url, notes))
    }
    if (path === '/saml/metadata') {
      const tenant = tenantOfHost(landscape, req) ?? landscape.tenant
      return sendXml(res, metadata(serviceProvider(landscape, service.issuer, tenant)))
    }
    const page = pages.get(`${req.method ?? ''} ${path}`)
    if (page) return page(req, res, url, notes)
    const methods = [...pages.keys()].flatMap((each) => methodOf(each, path))
    return answer(res, () => {
      if (methods.length) allow(req, ...methods)
      return document(service, req, url)
    })
  }
}

/** The method of a page, as a list, if it has this path. */
function methodOf(page: string, path: string): string[] {
  const [method = '', own] = page.split(' ')
  return own === path ? [method] : []
}

/** GET accepts parameters in the URL, and so does POST: UAA's default, which examples of SAP's documentation rely on. */
async function token(
  service: TokenService,
  req: IncomingMessage,
  url: URL,
  notes: RequestNotes
): Promise<unknown> {
  allow(req, 'GET', 'POST')
  const form = await readForm(req)
  if (!form) {
    const headers = { connection: 'close' }
    throw new TokenError(413, 'invalid_request', 'Request body is too large', headers)
  }
  const parameters = new URLSearchParams([...url.searchParams, ...form])
  return handleTokenRequest(service, req, parameters, notes)
}

/** Every other document, in JSON. */
function document(service: TokenService, req: IncomingMessage, url: URL): unknown {
  const { issuer } = service
  switch (url.pathname) {
    case '/token_keys':
      allow(req, 'GET', 'HEAD')
      return { keys: publishedKeys(service, url.searchParams.get('zid')) }
    case '/token_key':
      allow(req, 'GET', 'HEAD')
      return issuer.key.jwk
    case '/.well-known/openid-configuration':
    case '/oauth/token/.well-known/openid-configuration':
      allow(req, 'GET', 'HEAD')
      return discovery(service, req, url.pathname)
    case '/userinfo':
      allow(req, 'GET', 'POST')
      return userInfo(service, req)
    case '/oauth/register':
      throw new TokenError(403, 'access_denied', 'Clients cannot be registered dynamically')
    default:
      throw notEmulated(url.pathname)
  }
}

function publishedKeys({ issuer, landscape }: TokenService, zid: string | null) {
  // xssec reads 400 as "wrong audience"
  if (zid !== null && !landscape.subdomains.has(zid)) throw invalidRequest('unknown zid')
  return issuer.keys.published.map(({ jwk }) => jwk)
}

/** Sends JSON, or the error in the shape of RFC 6749 section 5.2. */
async function answer(res: ServerResponse, work: () => unknown): Promise<void> {
  try {
    sendJson(res, 200, await work(), { pragma: 'no-cache' })
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    const { status, message: description, headers } = error
    sendJson(res, status, { error: error.error, error_description: description }, headers)
  }
}

/** @throws TokenError if the method is none of these */
function allow({ method = '' }: IncomingMessage, ...methods: string[]): void {
  if (methods.includes(method)) return
  const headers = { allow: methods.join(', ') }
  const description = `Request method '${method}' not supported`
  throw new TokenError(405, 'method_not_allowed', description, headers)
}

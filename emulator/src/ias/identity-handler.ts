import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler, RequestNotes } from '../http/api-server.js'
import { bearerToken } from '../http/bearer.js'
import { sendNotEmulated } from '../http/not-emulated.js'
import { readForm } from '../http/read-form.js'
import { sendJson, sendXml } from '../http/respond.js'
import { identityProviderMetadata } from '../saml/identity-provider.js'
import type { EndpointName } from '../traffic/types.js'
import { TokenError } from '../xsuaa/token-error.js'
import { authenticateApplication } from './authenticate-application.js'
import { createAuthorizeHandlers } from './authorize/authorize-handler.js'
import { answerBundle, BUNDLES } from './documents/authorization-bundle.js'
import { discovery } from './documents/discovery.js'
import { answerCerts } from './documents/identity-certs.js'
import { identityError } from './identity-error.js'
import type { IdentityService } from './identity-service.js'
import { IDENTITY_PART } from './documents/not-emulated.js'
import { handleIdentityTokenRequest } from './tokens/identity-token-endpoint.js'
import { introspect, revoke, userInformation } from './tokens/token-information.js'

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
  const handlers = new Map([...createAuthorizeHandlers(service), ...createTokenHandlers(service)])
  const paths = new Map<string, string[]>()
  for (const key of [...handlers.keys(), ...DOCUMENTS.map((path) => `GET ${path}`)]) {
    const [method = '', path = ''] = key.split(' ')
    paths.set(path, [...(paths.get(path) ?? []), method])
  }
  return async (req, res, url, notes) => {
    const path = url.pathname
    const handler = handlers.get(`${req.method ?? ''} ${path}`)
    if (handler) return handler(req, res, url, notes)
    const isBundle = path.startsWith(`${BUNDLES}/`)
    const methods = isBundle ? ['GET'] : paths.get(path)
    if (!methods) return sendNotEmulated(res, IDENTITY_PART, path)
    if (req.method !== 'GET' || !methods.includes('GET')) {
      return sendJson(res, 405, { error: 'method_not_allowed' }, { allow: methods.join(', ') })
    }
    if (isBundle) return answerBundle(service, req, res, path)
    return sendDocument(service, req, res, path)
  }
}

const DOCUMENTS = ['/.well-known/openid-configuration', '/oauth2/certs', '/saml2/metadata']

async function sendDocument(
  service: IdentityService,
  req: IncomingMessage,
  res: ServerResponse,
  path: string
): Promise<void> {
  if (path === '/oauth2/certs') {
    const { status, body, plan } = answerCerts(service, req)
    return sendJson(res, status, body, plan === undefined ? {} : { 'x-osb_plan': plan })
  }
  if (path === '/saml2/metadata') return sendXml(res, await identityProviderMetadata(service.saml))
  sendJson(res, 200, discovery(service.issuer.url))
}

/** Returns the handlers of the endpoints that issue tokens or know about them, by method and path. */
function createTokenHandlers(service: IdentityService): ReadonlyMap<string, ApiHandler> {
  const userinfo = answering((req) => {
    const token = bearerToken(req.headers.authorization ?? '')
    if (!token) throw identityError('invalid_request', 'The access token is missing')
    return userInformation(service, token)
  })
  return new Map<string, ApiHandler>([
    ['POST /oauth2/token', answering((...args) => handleIdentityTokenRequest(service, ...args))],
    ['GET /oauth2/userinfo', userinfo],
    ['POST /oauth2/userinfo', userinfo],
    [
      'POST /oauth2/introspect',
      answering((req, form, notes) => introspect(service, ...tokenOf(service, req, form, notes)))
    ],
    [
      'POST /oauth2/revoke',
      answering((req, form, notes) => revoke(service, ...tokenOf(service, req, form, notes)))
    ]
  ])
}

function tokenOf(
  { tenant }: IdentityService,
  req: IncomingMessage,
  form: URLSearchParams,
  notes: RequestNotes
) {
  const { application } = authenticateApplication(tenant, req, form)
  notes.client = application.id
  return [application, form.get('token') ?? ''] as const
}

type Answer = (
  req: IncomingMessage,
  parameters: URLSearchParams,
  notes: RequestNotes
) => Promise<object | undefined>

/** Reads the parameters, and sends JSON, also about a refusal. */
function answering(answer: Answer): ApiHandler {
  return async (req, res, { searchParams }, notes) => {
    try {
      const form = await readForm(req)
      if (!form) throw new TokenError(413, 'invalid_request', 'Request body is too large')
      // what destinations have in "tokenServiceURL.queries.*" is a parameter as well
      const all = new URLSearchParams([...form, ...searchParams])
      const body = await answer(req, all, notes)
      if (body) return sendJson(res, 200, body)
      res.writeHead(200, { 'content-length': 0, 'cache-control': 'no-store' }).end()
    } catch (error) {
      if (!(error instanceof TokenError)) throw error
      const { status, message: error_description, headers } = error
      const rest = status === 413 ? { connection: 'close' } : {}
      sendJson(res, status, { error: error.error, error_description }, { ...headers, ...rest })
    }
  }
}

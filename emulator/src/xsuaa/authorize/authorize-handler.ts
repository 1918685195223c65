import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler } from '../../http/api-server.js'
import { findClient } from '../../landscape/clients.js'
import { allUsers, type Landscape, logOn } from '../../landscape/landscape.js'
import { equal } from '../authenticate-client.js'
import { TokenError } from '../token-error.js'
import { tenantOfHost } from '../tenant-of-request.js'
import {
  AuthorizationRefused,
  checkUserScopes,
  NoRedirect,
  readRequest,
  readTarget
} from './authorization-request.js'
import { type LoginForm, newFormToken, readLoginForm } from './login-form.js'
import { sendLoginPage, sendNotice } from './login-page.js'
import { isRedirectUri } from './redirect-uri.js'
import type { Sessions } from './sessions.js'
import type { TokenService } from '../grants/token-service.js'

const FORM: LoginForm = { action: '/login.do', cookie: 'cds-principal-login' }

/**
 * Creates the pages that a browser gets: log on, be sent back with a code, log out.
 *
 * @returns handlers by method and path
 */
export function createAuthorizeHandlers(
  service: TokenService,
  sessions: Sessions
): ReadonlyMap<string, ApiHandler> {
  return new Map<string, ApiHandler>([
    ['GET /oauth/authorize', (req, res, url) => authorize(service, sessions, req, res, url)],
    [`POST ${FORM.action}`, (req, res) => login(service, sessions, req, res)],
    ['GET /logout.do', (req, res, url) => logout(service, sessions, req, res, url)]
  ])
}

/** Sends a user who is logged on back with a code; everybody else gets the login page. */
function authorize(
  service: TokenService,
  sessions: Sessions,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL
): void {
  withTarget(service, req, res, url.searchParams, (target) => {
    const request = readRequest(service.landscape, target, url.searchParams)
    const user = request.prompt === 'login' ? undefined : sessions.userOf(req)
    if (user?.tenant !== target.tenant) {
      // UAA sends no state with it
      const refusal = { error: 'login_required' }
      if (request.prompt === 'none') return redirect(res, request.redirectUri, refusal)
      return showLogin(service, res, url.search.slice(1), target, false)
    }
    checkUserScopes(service.landscape, request, user)
    const { client, redirectUri, challenge, scope, nonce } = request
    const grant = { clientId: client.id, user, redirectUri, challenge, scope, nonce }
    redirect(res, redirectUri, { code: service.codes.create(grant), state: target.state })
  })
}

/** Checks the password and goes back to the authorization request, now with a session. */
async function login(
  service: TokenService,
  sessions: Sessions,
  req: IncomingMessage,
  res: ServerResponse
): Promise<void> {
  const form = await readLoginForm(FORM, req, res)
  if (!form) return
  const request = form.get('request') ?? ''
  withTarget(service, req, res, new URLSearchParams(request), (target) => {
    const user = logOnPerson(service.landscape, form.get('username') ?? '', target.tenant)
    if (!user || (user.password && !equal(user.password, form.get('password') ?? ''))) {
      return showLogin(service, res, request, target, true)
    }
    const location = `/oauth/authorize?${withoutPrompt(request)}`
    const headers = { 'set-cookie': sessions.start(user), location }
    res.writeHead(302, { ...headers, 'cache-control': 'no-store' }).end()
  })
}

/** Takes the demand for a new log-on out: it is met. */
function withoutPrompt(request: string): string {
  const query = new URLSearchParams(request)
  query.delete('prompt')
  return query.toString()
}

/** Technical users have no browser. */
function logOnPerson(landscape: Landscape, name: string, tenant: string) {
  const user = logOn(landscape, name, tenant)
  return user?.technical ? undefined : user
}

function showLogin(
  { landscape }: TokenService,
  res: ServerResponse,
  request: string,
  { tenant }: Target,
  failed: boolean
): void {
  const { formToken, cookie } = newFormToken(FORM)
  const users = allUsers(landscape).filter((user) => user.tenant === tenant)
  const people = users.filter(({ technical }) => !technical)
  sendLoginPage(res, { users: people, request, formToken, failed }, cookie)
}

/** Ends the session; a browser is sent on only where the client may send it. */
function logout(
  { landscape }: TokenService,
  sessions: Sessions,
  req: IncomingMessage,
  res: ServerResponse,
  url: URL
): void {
  const headers = { 'set-cookie': sessions.end(req), 'cache-control': 'no-store' }
  const target = url.searchParams.get('redirect') ?? ''
  const clientId = url.searchParams.get('client_id') ?? landscape.clients.xsuaa.id
  const client = findClient(landscape, clientId)
  if (client && isRedirectUri(client.redirectUris, target)) {
    res.writeHead(302, { ...headers, location: target }).end()
    return
  }
  sendNotice(res, 200, 'Logged out', 'You are logged out.', headers)
}

/** The redirect URI for the answer, and the tenant by the name of the host: the provider's if it names none. */
type Target = ReturnType<typeof readTarget> & { tenant: string }

function withTarget(
  { landscape }: TokenService,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams,
  work: (target: Target) => void
): void {
  let target: Target | undefined
  try {
    const tenant = tenantOfHost(landscape, req) ?? landscape.tenant
    target = { ...readTarget(landscape, query), tenant }
    work(target)
  } catch (error) {
    if (error instanceof NoRedirect || error instanceof TokenError) {
      return sendNotice(res, 400, 'Bad Request', error.message)
    }
    if (!target || !(error instanceof AuthorizationRefused)) throw error
    const { error: code, message } = error
    redirect(res, target.redirectUri, {
      error: code,
      error_description: message,
      state: target.state
    })
  }
}

/** Sends the browser on, with parameters that are encoded as UAA does it: a `+` stays, and many clients read it as a blank. */
function redirect(
  res: ServerResponse,
  uri: string,
  parameters: Readonly<Record<string, string | null>>
): void {
  const { href, search } = new URL(uri)
  const query = Object.entries(parameters)
    .flatMap(([name, value]) => (value === null ? [] : [`${name}=${encodeQueryParam(value)}`]))
    .join('&')
  const separator = href.includes('?') ? (search ? '&' : '') : '?'
  const location = `${href}${separator}${query}`
  res.writeHead(302, { location, 'cache-control': 'no-store' }).end()
}

/** RFC 3986 section 3.4, without `&` and `=`. */
const encodeQueryParam = (value: string) =>
  encodeURIComponent(value).replaceAll(/%(?:24|2B|2C|2F|3A|3B|3F|40)/g, decodeURIComponent)

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler } from '../../http/api-server.js'
import { allUsers, logOn } from '../../landscape/landscape.js'
import { equal } from '../../xsuaa/authenticate-client.js'
import { AuthorizationRefused, NoRedirect } from '../../xsuaa/authorize/authorization-request.js'
import { type LoginForm, newFormToken, readLoginForm } from '../../xsuaa/authorize/login-form.js'
import { sendLoginPage, sendNotice } from '../../xsuaa/authorize/login-page.js'
import type { IdentityService } from '../identity-service.js'
import {
  readRequest,
  readTarget,
  type AuthorizationRequest,
  type Target
} from './authorization-request.js'
import { newSessionId, type LogOn } from './log-on.js'
import { createLogoutHandler } from './logout-handler.js'
import { redirect } from './redirect.js'

const FORM: LoginForm = { action: '/oauth2/logon', cookie: 'cds-principal-ias-logon' }

/**
 * Creates the pages that a browser gets: log on, be sent back with a code, log out.
 *
 * @returns handlers by method and path
 * @see SAP Cloud Identity Services, "Configure the Client to Call Identity Authentication Authorize Endpoint for Authorization
 * Code Flow"
 */
export function createAuthorizeHandlers(service: IdentityService): ReadonlyMap<string, ApiHandler> {
  return new Map<string, ApiHandler>([
    ['GET /oauth2/authorize', (req, res, url) => authorize(service, req, res, url.searchParams)],
    [`POST ${FORM.action}`, (req, res) => submit(service, req, res)],
    ['GET /oauth2/logout', createLogoutHandler(service)]
  ])
}

/** Sends a user who is logged on back with a code; everybody else gets the log-on page. */
function authorize(
  service: IdentityService,
  req: IncomingMessage,
  res: ServerResponse,
  query: URLSearchParams
): void {
  withTarget(service, res, query, (target) => {
    const request = readRequest(target, query)
    const known = sessionFor(service, req, request)
    if (known) return redirectWithCode(service, res, request, known)
    if (request.prompt === 'none') {
      throw new AuthorizationRefused('login_required', 'The user is not logged on')
    }
    showLogOn(service, res, query.toString(), target, false)
  })
}

/** Returns the session of the browser, if the request does not ask for a new log-on. */
function sessionFor(
  { sessions, landscape }: IdentityService,
  req: IncomingMessage,
  { prompt, maxAge, tenant }: AuthorizationRequest
): LogOn | undefined {
  const found = prompt === 'login' ? undefined : sessions.userOf(req)
  if (!found || landscape.clock.seconds() - found.authTime > maxAge) return undefined
  return tenant === undefined || found.user.tenant === tenant ? found : undefined
}

/** RFC 6749 section 4.1.2, with the issuer of RFC 9207. */
function redirectWithCode(
  { codes, issuer }: IdentityService,
  res: ServerResponse,
  { application, redirectUri, state, challenge, scope, nonce, refreshExpiry }: AuthorizationRequest,
  known: LogOn
): void {
  const granted = { redirectUri, challenge, scope, nonce, refreshExpiry }
  const code = codes.create({
    ...granted,
    clientId: application.id,
    user: known.user,
    logOn: known
  })
  redirect(res, redirectUri, { code, state, iss: issuer.url })
}

/** Checks the password and answers the authorization request with a new session. */
async function submit(
  service: IdentityService,
  req: IncomingMessage,
  res: ServerResponse
): Promise<void> {
  const form = await readLoginForm(FORM, req, res)
  if (!form) return
  const query = new URLSearchParams(form.get('request') ?? '')
  withTarget(service, res, query, (target) => {
    const { landscape, sessions } = service
    const request = readRequest(target, query)
    const user = logOn(landscape, form.get('username') ?? '', target.tenant)
    const isRight = !user?.password || equal(user.password, form.get('password') ?? '')
    if (!user || user.technical || !isRight) {
      return showLogOn(service, res, query.toString(), target, true)
    }
    const known = { user, sid: newSessionId(), authTime: landscape.clock.seconds() }
    res.setHeader('set-cookie', sessions.start(known))
    redirectWithCode(service, res, request, known)
  })
}

function showLogOn(
  { landscape }: IdentityService,
  res: ServerResponse,
  request: string,
  { tenant = landscape.tenant }: Target,
  failed: boolean
): void {
  const { formToken, cookie } = newFormToken(FORM)
  const users = allUsers(landscape).filter((user) => user.tenant === tenant && !user.technical)
  const page = { users, request, formToken, failed }
  sendLoginPage(res, { ...page, service: 'Identity Authentication', action: FORM.action }, cookie)
}

function withTarget(
  service: IdentityService,
  res: ServerResponse,
  query: URLSearchParams,
  work: (target: Target) => void
): void {
  let target: Target | undefined
  try {
    target = readTarget(service, query)
    work(target)
  } catch (error) {
    if (error instanceof NoRedirect) return sendNotice(res, 400, 'Bad Request', error.message)
    if (!target || !(error instanceof AuthorizationRefused)) throw error
    const { error: code, message: error_description } = error
    const { redirectUri, state } = target
    redirect(res, redirectUri, { error: code, error_description, state, iss: service.issuer.url })
  }
}

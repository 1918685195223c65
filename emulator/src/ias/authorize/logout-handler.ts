import type { ApiHandler } from '../../http/api-server.js'
import { jose } from '../../lib/jose.js'
import { sendNotice } from '../../xsuaa/authorize/login-page.js'
import { isRedirectUri } from '../../xsuaa/authorize/redirect-uri.js'
import type { IdentityService } from '../identity-service.js'
import { redirect } from './redirect.js'

/**
 * Creates the end session endpoint: it ends the session of the browser, with the refresh tokens of all applications in it, and
 * sends the browser on only where the application may send it.
 *
 * @see SAP Cloud Identity Services, "Call Identity Authentication End Session Endpoint"
 */
export function createLogoutHandler(service: IdentityService): ApiHandler {
  const { sessions, endedSessions, tenant } = service
  return (req, res, { searchParams: query }) => {
    const clientId = query.get('client_id') ?? clientOf(query.get('id_token_hint'))
    const application = tenant.applications.find(({ id }) => id === clientId)
    if (!application) {
      const text = 'The parameter client_id or id_token_hint must name an application.'
      return sendNotice(res, 400, 'Bad Request', text)
    }
    const known = sessions.userOf(req)
    if (known) endedSessions.end(known.sid)
    res.setHeader('set-cookie', sessions.end(req))
    const target = query.get('post_logout_redirect_uri')
    if (target === null) return sendNotice(res, 200, 'Logged out', 'You are logged out.')
    if (isRedirectUri(application.postLogoutRedirectUris, target)) {
      return redirect(res, target, { state: query.get('state') })
    }
    const text = `You are logged out. The address "${target}" is not one of postLogoutRedirectUris.`
    sendNotice(res, 400, 'Logged out', text)
  }
}

/** A hint proves nothing: it says only whose addresses count. */
function clientOf(idToken: string | null): string | undefined {
  try {
    const { azp, aud } = jose.decodeJwt(idToken ?? '')
    return typeof azp === 'string' ? azp : [aud].flat()[0]
  } catch {
    return undefined
  }
}

import type { HttpCall } from './message/http-call.js'
import { identityHeaders } from './message/identity-headers.js'
import type { Outbound } from './outbound.js'

/** Returns a request with credentials that no request of the call has had. */
export type OneTime = (call: HttpCall) => Promise<HttpCall>

/**
 * Returns the function that gives each further request of a call a new SAML assertion: a system refuses one that it has seen
 * before, and a write is two requests if its CSRF token is fetched first.
 *
 * @returns `undefined` for a destination whose credentials can be sent again
 * @internal
 */
export function oneTimeCredentials({ destination, renew }: Outbound): OneTime | undefined {
  if (destination.authentication !== 'SAMLAssertion' || !renew) return undefined
  const sent = new Set<string | undefined>()
  return async (call) => {
    const { authorization: own } = call.headers
    if (own !== undefined && !sent.has(own)) {
      sent.add(own)
      return call
    }
    const fresh = await renew({ isRejected: () => false, byProxy: false })
    if (fresh.url !== destination.url) return call // its configuration was changed: that is for another system
    const { authorization = '' } = await identityHeaders(fresh)
    sent.add(authorization)
    return { ...call, headers: { ...call.headers, authorization } }
  }
}

import { cap } from '../cap.js'

/** Headers that say as whom a request is made; lower case. */
export const CREDENTIALS = [
  'authorization',
  'proxy-authorization',
  'sap-connectivity-authentication',
  'sap-connectivity-technical-authentication'
] as const

/**
 * Headers with credentials of the sender. They are for this application, and are never sent to a
 * remote one.
 */
export const INBOUND_CREDENTIALS: ReadonlySet<string> = new Set([
  ...CREDENTIALS,
  'cookie',
  'x-forwarded-client-cert',
  'x-user-token'
])

/**
 * True if a header has credentials of the sender, or names the sender that the platform has
 * authenticated.
 *
 * @internal
 */
export function isInboundCredential(name: string): boolean {
  const lowerCase = name.toLowerCase()
  return INBOUND_CREDENTIALS.has(lowerCase) || lowerCase.startsWith('sap-connectivity-')
}

/** Headers of an outgoing CAP request. */
export type Headers = Readonly<Record<string, unknown>>

/**
 * Returns the headers of an outgoing request without the credentials of the HTTP request that is
 * being answered: `remote.dispatch(req)` would copy them. If the call goes out as the user,
 * credentials that were set by hand are dropped as well.
 *
 * @param headers - of the outgoing request
 * @param inbound - of the HTTP request, if there is one
 * @param userBound - true if the destination carries the user
 * @internal
 */
export function withoutInboundCredentials(
  headers: Headers,
  inbound: Headers,
  userBound: boolean
): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => {
      const lowerCase = name.toLowerCase()
      if (!INBOUND_CREDENTIALS.has(lowerCase)) return true
      return !userBound && value !== inbound[lowerCase]
    })
  )
}

/** Ids that can be a header: CAP takes whatever a client sends. */
const HEADER_VALUE = /^[\w.:;,/+=@ -]{1,200}$/

/**
 * Returns the correlation id of the current request as a header, for services of the platform and remote systems; nothing
 * outside of a request.
 *
 * @see SAP Application Router, which sends `x-correlationid` as well
 * @internal
 */
export function correlationHeaders(): { readonly 'x-correlationid'?: string } {
  const id: unknown = cap.context?.id
  return typeof id === 'string' && HEADER_VALUE.test(id) ? { 'x-correlationid': id } : {}
}

/** Headers of a request that speak for its sender: they are for this application, never for a remote one. */
export const INBOUND_CREDENTIALS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'sap-connectivity-authentication',
  'sap-connectivity-technical-authentication',
  'x-forwarded-client-cert',
  'x-user-token'
])

/** True if a header speaks for the sender of a request to this application, or for whom its platform takes him. @internal */
export function isInboundCredential(name: string): boolean {
  const lowerCase = name.toLowerCase()
  return INBOUND_CREDENTIALS.has(lowerCase) || lowerCase.startsWith('sap-connectivity-')
}

/** Headers of an outgoing CAP request. */
export type Headers = Readonly<Record<string, unknown>>

/**
 * Headers without the credentials of the HTTP request that is being answered, which `remote.dispatch(req)` would copy.
 * Where the call goes out as the user, nothing else may speak for it either: headers set by hand are dropped, too.
 *
 * @param headers - of the outgoing request
 * @param inbound - of the HTTP request, if there is one
 * @param userBound - whether the destination carries the user
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

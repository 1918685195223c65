import { INBOUND_CREDENTIALS } from '../lib/inbound-credential.js'

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

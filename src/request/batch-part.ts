import type { IncomingMessage } from 'node:http'

import cds from '@sap/cds'

import { isInboundCredential } from './inbound-credential.js'

/** A request to a service; its headers are those of the part, when it is part of a `$batch`. */
interface ServiceRequest {
  readonly headers: Record<string, unknown>
}

/**
 * Handler before all others: a part of a `$batch` can't bring credentials of its own, whatever the case of their names, and
 * handlers do not get to see that it tried. The headers of the HTTP request itself stay as they are.
 *
 * @internal
 */
export function withoutOwnCredentials({ headers }: ServiceRequest): void {
  const outer = (cds.context?.http?.req as IncomingMessage | undefined)?.headers
  if (!outer || headers === outer) return
  for (const name of Object.keys(headers)) {
    if (!isInboundCredential(name)) continue
    if (headers[name] !== outer[name.toLowerCase()]) Reflect.deleteProperty(headers, name)
  }
}

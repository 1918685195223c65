import type { IncomingMessage } from 'node:http'

import { applicationRoutes } from './application-routes.js'

/** Hosts, in any case (RFC 9110, section 4.2.3), on which the platform's router terminates mutual TLS, and sets the header itself. */
const MUTUAL_TLS = /\.cert\.|\.mesh\.cf\./i

/**
 * The client certificate of a request, where the header can be believed: on a route of this application that the
 * platform's router serves with mutual TLS. On any other route the header is whatever a client sent, and not read.
 *
 * @returns the header's value, empty when it is missing on such a route; nothing on other routes
 * @see `@sap/cds`, ias-auth.js, which decides by the same routes
 * @internal
 */
export function certificateOf({ headers }: IncomingMessage): string | undefined {
  const host = headers.host ?? ''
  if (!MUTUAL_TLS.test(host) || !hasMutualTlsRoute()) return undefined
  const value = headers['x-forwarded-client-cert']
  return typeof value === 'string' ? value : ''
}

let known: { readonly application: string | undefined; readonly route: boolean } | undefined

/** `VCAP_APPLICATION` names the routes; it does not change while the process runs, but tests set it late. */
function hasMutualTlsRoute(): boolean {
  const application = process.env.VCAP_APPLICATION
  if (known?.application !== application) known = { application, route: hasRoute(application) }
  return known?.route ?? false
}

function hasRoute(application: string | undefined): boolean {
  return applicationRoutes(application).some((uri) => MUTUAL_TLS.test(uri))
}

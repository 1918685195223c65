import type { IncomingMessage } from 'node:http'
import { tenantOfSubdomain, type Landscape } from '../landscape/landscape.js'
import { invalidRequest } from './token-error.js'

const ALIAS = /^\/oauth\/token\/alias\/([a-z0-9-]+)\.emulated$/i

/**
 * The tenant of a request: the one that the host names, or the alias in the path of the token endpoint for assertions. `x-zid` counts only where the host names none, as for clients of several
 * tenants that do not know their subdomains.
 *
 * @throws TokenError
 */
export function tenantOfRequest(landscape: Landscape, req: IncomingMessage): string | undefined {
  const named = tenantOfHost(landscape, req) ?? tenantOfAlias(landscape, req.url)
  const tenant = req.headers['x-zid']
  if (named !== undefined || tenant === undefined || tenant === '') return named
  if (typeof tenant !== 'string' || !landscape.subdomains.has(tenant)) {
    throw invalidRequest('the identity zone of the header x-zid does not exist')
  }
  return tenant
}

/** The tenant whose token endpoint for assertions a path is; `undefined` for another path. */
export function tenantOfAlias(landscape: Landscape, url = ''): string | undefined {
  const [, alias] = ALIAS.exec(url.split('?', 1)[0] ?? '') ?? []
  return alias === undefined ? undefined : tenantOfSubdomain(landscape, alias.toLowerCase())
}

/**
 * The tenant that the host's subdomain names, if it names one.
 *
 * @throws TokenError
 */
export function tenantOfHost(
  landscape: Landscape,
  { headers }: IncomingMessage
): string | undefined {
  const [, subdomain] = /^([a-z0-9-]+)\.localhost(:|$)/i.exec(headers.host ?? '') ?? []
  if (subdomain === undefined) return undefined
  const tenant = tenantOfSubdomain(landscape, subdomain.toLowerCase())
  if (tenant !== undefined) return tenant
  throw invalidRequest(`there is no identity zone with the subdomain ${subdomain}`)
}

import type { IncomingMessage } from 'node:http'
import { bearerToken } from '../http/bearer.js'
import type { Claims } from '../xsuaa/claims.js'
import { InvalidToken, verifyToken } from '../xsuaa/verify-token.js'
import type { Connection } from './connection.js'
import { isExposed, type ExposedSystem } from './exposed-system.js'
import type { createPrincipals, Principal } from './principal.js'
import {
  type AcceptedTokens,
  isUserToken,
  proxyToken,
  tenantOf,
  verifyProxyToken
} from './proxy-token.js'
import {
  connectionReused,
  invalidProxyHeader,
  invalidUserToken,
  notConnected,
  proxyAuthorizationRequired,
  resourceDenied,
  systemDenied
} from './refusal.js'
import type { RequestTarget } from './request-target.js'

/** The rules that the proxy checks requests against. */
export interface GateContext extends AcceptedTokens {
  /** Systems that the Cloud Connector with a location id exposes, by virtual host; `undefined`: there is no such Cloud Connector. */
  systemsOf: (tenant: string, locationId: string) => ReadonlyMap<string, ExposedSystem> | undefined
  principals: ReturnType<typeof createPrincipals>
  /** Seconds that the Cloud Connector accepts the token of a user after its expiry. */
  expirationTolerance: number
}

/**
 * Everything between the proxy's port and the backend, in the order of the real ones: the proxy
 * checks its token, the tunnel is chosen, the Cloud Connector checks host and path, then the user.
 *
 * @returns where the request goes, and as whom: the connection's first principal
 * @throws Refusal
 */
export async function admit(
  context: GateContext,
  req: IncomingMessage,
  target: RequestTarget,
  connection: Connection
): Promise<{ system: ExposedSystem; principal: Principal | null }> {
  const proxyClaims = await authenticateProxy(context, req)
  const account = tenantOf(proxyClaims)
  const locationId = single(req.headers['sap-connectivity-scc-location_id']) ?? ''
  const systems = context.systemsOf(account, locationId)
  if (!systems) throw notConnected(account, locationId)
  const system = systems.get(target.virtualHost)
  if (!system || system.tcp) throw systemDenied(target.virtualHost)
  if (!isExposed(system, target.path)) throw resourceDenied(target.path, target.virtualHost)
  const claims = await authenticateUser(context, req, proxyClaims)
  // made first, and thrown away if the connection has a principal: a refused request binds nothing
  const own = await principalOf(context, claims)
  const { virtualHost } = target
  const binding = (connection.binding ??= { account, locationId, virtualHost, claims })
  if (binding.account !== account || binding.locationId !== locationId) throw connectionReused()
  if (binding.virtualHost !== virtualHost) throw systemDenied(virtualHost)
  const isOwn = binding.claims === claims
  return { system, principal: isOwn ? own : await principalOf(context, binding.claims) }
}

async function principalOf({ principals }: GateContext, claims: Claims | null) {
  return claims && (await principals(claims))
}

async function authenticateProxy(context: GateContext, req: IncomingMessage): Promise<Claims> {
  const header = req.headers['proxy-authorization']
  if (!header) throw proxyAuthorizationRequired('Missing or empty header: proxy-authorization')
  const token = proxyToken(header)
  if (!token) throw invalidProxyHeader()
  try {
    return await verifyProxyToken(context, token)
  } catch (error) {
    throw error instanceof InvalidToken
      ? proxyAuthorizationRequired('Proxy Authentication Required: the token is not valid')
      : error
  }
}

/** The token of a user or technical user in its own header, else a user token that the proxy's client has exchanged. */
async function authenticateUser(
  context: GateContext,
  req: IncomingMessage,
  proxyClaims: Claims
): Promise<Claims | null> {
  const header =
    single(req.headers['sap-connectivity-authentication']) ??
    single(req.headers['sap-connectivity-technical-authentication'])
  if (header === undefined) return isUserToken(proxyClaims) ? proxyClaims : null
  const token = bearerToken(header)
  if (!token) throw invalidProxyHeader()
  try {
    const claims = await verifyUser(context, token)
    // the Cloud Connector trusts the identity provider of its own subaccount only
    if (tenantOf(claims) !== tenantOf(proxyClaims)) throw invalidUserToken()
    return claims
  } catch (error) {
    throw error instanceof InvalidToken ? invalidUserToken() : error
  }
}

async function verifyUser(
  { issuer, identity, expirationTolerance }: GateContext,
  token: string
): Promise<Claims> {
  try {
    return await verifyToken(issuer, token, expirationTolerance)
  } catch (error) {
    const isForeign = error instanceof InvalidToken && error.defect === 'foreign issuer'
    if (!identity || !isForeign) throw error
    return identity.verify(token, expirationTolerance)
  }
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value
}

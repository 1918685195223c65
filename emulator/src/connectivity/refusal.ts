import type { OutgoingHttpHeaders } from 'node:http'

/**
 * A request that the Connectivity proxy or the Cloud Connector does not hand on.
 *
 * Texts and status codes are those that SAP documents or that were reported from live systems; where
 * SAP says nothing, the function says so. None of them repeats a header value.
 */
export class Refusal extends Error {
  readonly status: number
  readonly headers: OutgoingHttpHeaders

  constructor(status: number, message: string, headers: OutgoingHttpHeaders = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

const EXPOSE = 'In case this was a valid request, ensure to expose the'

/** The proxy wants a token of its own client. Text for a missing one: SAP/cloud-sdk-js#6745. */
export const proxyAuthorizationRequired = (reason: string) =>
  new Refusal(407, reason, { 'proxy-authenticate': 'Bearer' })

/** A proxy header that is not what it should be. */
export const invalidProxyHeader = () => new Refusal(400, 'Invalid Proxy Header')

/** Neither TLS nor tunnels: the proxy must read the request. */
export const methodNotAllowed = () =>
  new Refusal(
    405,
    'Method Not Allowed: the proxy takes http requests only, no https and no CONNECT'
  )

/** No Cloud Connector with this location id. */
export const notConnected = (subaccount: string, locationId: string) =>
  new Refusal(
    503,
    'There is no SAP Cloud Connector (SCC) connected to your subaccount. Requested opening of a ' +
      `tunnel for subaccount "${subaccount}" and SCC location ID "${locationId}". ` +
      'Check the configuration on SCC and cloud side.'
  )

/** A kept-alive connection belongs to one subaccount and one Cloud Connector: SAP/cloud-sdk-js#6705. */
export const connectionReused = () =>
  new Refusal(
    400,
    'One of the headers [SAP-Connectivity-ConsumerAccount, SAP-Connectivity-SCC-Location_ID] was set ' +
      'with a different value compared to the value which was already used for this connection.'
  )

/** The virtual host is not exposed, or the connection belongs to another one: SAP/cloud-sdk-js#6828. */
export const systemDenied = (host: string) =>
  new Refusal(
    403,
    `Access denied to system ${host}. ${EXPOSE} system correctly in your cloud connector.`
  )

/** The path is not exposed. */
export const resourceDenied = (path: string, host: string) =>
  new Refusal(
    403,
    `Access denied to resource ${path} on system ${host}. ${EXPOSE} resource correctly in your cloud connector.`
  )

/** The user token cannot be verified; SAP does not document the answer, RFC 6750 has 401 for it. */
export const invalidUserToken = () =>
  new Refusal(401, 'The user token in header SAP-Connectivity-Authentication is not valid', {
    'www-authenticate': 'Bearer error="invalid_token"'
  })

/** No certificate can be made for this user; SAP does not document the answer. */
export const noPrincipal = (reason: string) =>
  new Refusal(403, `Principal propagation forbidden: ${reason}`)

/**
 * The backend does not answer, or its certificate is not trusted; text not documented.
 *
 * @param reason - what the developer can do where the backend is a mock
 */
export const backendUnreachable = (host: string, reason?: string) =>
  new Refusal(
    502,
    `Unable to open a connection to backend system ${host}${reason ? `: ${reason}` : ''}`
  )

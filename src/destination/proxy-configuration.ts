import type { Destination, ProxyConfiguration } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../errors.js'
import { serviceTokenOf } from './service-token.js'

/**
 * The proxy on the way to a destination: the Connectivity service's for systems on premise, with a token of the
 * application in that tenant, otherwise what the environment variables `http_proxy` and `https_proxy` say.
 *
 * @param tenant - whose Cloud Connector it is
 * @param bearerToken - of the user, for `PrincipalPropagation`
 * @param fresh - the application's token is not from the cache
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` without a binding
 * @see `@sap-cloud-sdk/connectivity`, `addProxyConfigurationOnPrem`, `addProxyConfigurationInternet`
 * @internal
 */
export async function proxyConfiguration(
  destination: Destination,
  tenant: string | undefined,
  bearerToken?: string,
  fresh = false
): Promise<ProxyConfiguration | undefined> {
  if (destination.proxyType === 'OnPremise') {
    return connectivityProxy(String(destination.name), tenant, bearerToken, fresh)
  }
  return destination.proxyType === 'PrivateLink' ? undefined : environmentProxy(destination)
}

async function connectivityProxy(
  name: string,
  tenant: string | undefined,
  bearerToken: string | undefined,
  fresh: boolean
): Promise<ProxyConfiguration> {
  const { getServiceBinding } = await import('@sap-cloud-sdk/connectivity')
  const service = getServiceBinding('connectivity')
  if (!service) {
    throw new DestinationError(
      'ERR_DESTINATION_UNAVAILABLE',
      `destination "${name}" is on premise, and no Connectivity service is bound: bind an instance of it`
    )
  }
  const { credentials } = service
  return {
    host: String(credentials['onpremise_proxy_host']),
    port: Number(credentials['onpremise_proxy_http_port'] ?? credentials['onpremise_proxy_port']),
    protocol: 'http',
    headers: {
      'Proxy-Authorization': `Bearer ${await serviceTokenOf(service, tenant, fresh)}`,
      ...(bearerToken && { 'SAP-Connectivity-Authentication': `Bearer ${bearerToken}` })
    }
  }
}

async function environmentProxy({ url = '' }: Destination) {
  const { env } = process
  const protocol = url.startsWith('http:') ? 'http' : 'https'
  const proxy = env[`${protocol}_proxy`] ?? env[`${protocol.toUpperCase()}_PROXY`]
  const direct = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').map((each) => each.trim())
  if (!proxy || direct.includes(url)) return undefined
  const { parseProxyEnv } = await import('@sap-cloud-sdk/connectivity')
  return parseProxyEnv(proxy)
}

import type { Destination, ProxyConfiguration, Service } from '@sap-cloud-sdk/connectivity'

import { DestinationError } from '../../errors.js'
import { cloudSdk } from '../../lib/lazy.js'
import { serviceBinding } from '../binding/binding.js'
import { serviceTokenOf } from '../tokens/service.js'
import type { Bypass } from '../../lib/single-flight.js'

/** Proxy on the way to a destination. */
export interface Proxy {
  /** Values on which {@link Proxy.configuration} depends. */
  readonly parts: readonly unknown[]
  /** @param bearerToken - of the user, for `PrincipalPropagation` */
  configuration(bearerToken?: string): ProxyConfiguration | undefined
}

/**
 * Returns the proxy on the way to a destination: the Connectivity service's for systems on premise,
 * with a token of the application in that tenant, otherwise that of the environment variables
 * `http_proxy` and `https_proxy`.
 *
 * @param tenant - tenant of the Cloud Connector
 * @param bypass - which cached tokens of the application to ignore
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` without a binding
 * @see `@sap-cloud-sdk/connectivity`, `addProxyConfigurationOnPrem`, `addProxyConfigurationInternet`
 * @internal
 */
export async function proxyFor(
  destination: Destination,
  tenant: string | undefined,
  bypass: Bypass<string> = false
): Promise<Proxy | undefined> {
  if (destination.proxyType === 'OnPremise') {
    return connectivityProxy(String(destination.name), tenant, bypass)
  }
  return destination.proxyType === 'PrivateLink' ? undefined : environmentProxy(destination)
}

/**
 * Checks that there is a proxy for a destination on premise, before any token is asked for.
 *
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` without a binding
 * @internal
 */
export async function checkProxy({ name, proxyType }: Destination): Promise<void> {
  if (proxyType === 'OnPremise') await connectivityService(String(name))
}

async function connectivityProxy(
  name: string,
  tenant: string | undefined,
  bypass: Bypass<string>
): Promise<Proxy> {
  const service = await connectivityService(name)
  return connectivityProxyOf(service, await serviceTokenOf(service, tenant, bypass))
}

async function connectivityService(name: string): Promise<Service> {
  const service = await serviceBinding('connectivity')
  if (service) return service
  throw new DestinationError(
    'ERR_DESTINATION_UNAVAILABLE',
    `destination "${name}" is on premise, and no Connectivity service is bound`,
    {
      hop: 'Connectivity service',
      destination: name,
      fix: 'Nothing was sent. Bind an instance of it to the application, and start the application again.'
    }
  )
}

function connectivityProxyOf(service: Service, token: string): Proxy {
  const { credentials } = service
  const configuration = (bearerToken?: string): ProxyConfiguration => ({
    host: String(credentials['onpremise_proxy_host']),
    port: Number(credentials['onpremise_proxy_http_port'] ?? credentials['onpremise_proxy_port']),
    protocol: 'http',
    headers: {
      'Proxy-Authorization': `Bearer ${token}`,
      ...(bearerToken && { 'SAP-Connectivity-Authentication': `Bearer ${bearerToken}` })
    }
  })
  return { parts: [service, token], configuration }
}

/**
 * Fetches the token for the Connectivity proxy while a destination is still being looked up. If the
 * service is bound, most destinations are on premise, and the first call then waits for one answer
 * less. Errors are ignored: they occur again when the token is needed.
 *
 * @internal
 */
export async function prefetchConnectivityToken(tenant: string | undefined): Promise<void> {
  try {
    const service = await serviceBinding('connectivity')
    if (service) await serviceTokenOf(service, tenant)
  } catch {
    // the error occurs again when the token is needed
  }
}

async function environmentProxy({ url = '' }: Destination): Promise<Proxy | undefined> {
  const { env } = process
  const protocol = url.startsWith('http:') ? 'http' : 'https'
  const proxy = env[`${protocol}_proxy`] ?? env[`${protocol.toUpperCase()}_PROXY`]
  if (!proxy) return undefined
  const direct = (env['no_proxy'] ?? env['NO_PROXY'] ?? '').split(',').map((each) => each.trim())
  if (direct.includes(url)) return undefined
  const { parseProxyEnv } = await cloudSdk()
  return { parts: [proxy], configuration: () => parseProxyEnv(proxy) }
}

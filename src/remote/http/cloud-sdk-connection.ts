import { Agent, globalAgent } from 'node:http'
import { Agent as HttpsAgent, globalAgent as globalHttpsAgent } from 'node:https'

import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import type { HttpRequestConfig } from '@sap-cloud-sdk/http-client'

/**
 * True if only the Cloud SDK can make the connection: for client certificates and trust stores,
 * which it reads in all their formats, a proxy of the environment (`CONNECT`), and agents with
 * options of their own.
 *
 * @internal
 */
export function needsCloudSdk(destination: HttpDestination): boolean {
  const { authentication, agentOptions, mtls, mtlsKeyPair, trustStoreCertificate } = destination
  const ofEnvironment = destination.proxyConfiguration && destination.proxyType !== 'OnPremise'
  return [
    authentication === 'ClientCertificateAuthentication',
    destination.isTrustingAllCertificates,
    ofEnvironment,
    agentOptions,
    mtls,
    mtlsKeyPair,
    trustStoreCertificate
  ].some(Boolean)
}

/**
 * Returns the destination as CAP hands it to the Cloud SDK: name and URL, and no credentials. The Cloud SDK prepares a request
 * with it; credentials and connection come later. A destination for which only the Cloud SDK can connect stays as it is.
 *
 * @internal
 */
export function visibleDestination(destination: HttpDestination): HttpDestination {
  if (needsCloudSdk(destination)) return destination
  const { name, url } = destination
  return { ...(name && { name }), url, authentication: 'NoAuthentication', proxyType: 'Internet' }
}

/**
 * Returns the agent of a request that the Cloud SDK has prepared; `undefined` for one that others use as well, or that makes
 * connections in its own way.
 *
 * @internal
 */
export function agentOf({ httpAgent, httpsAgent }: HttpRequestConfig): Agent | undefined {
  const agent: unknown = httpsAgent ?? httpAgent
  if (!(agent instanceof Agent) || agent === globalAgent || agent === globalHttpsAgent) {
    return undefined
  }
  const kind = Object.getPrototypeOf(agent) as Agent
  return kind === Agent.prototype || kind === HttpsAgent.prototype ? agent : undefined
}

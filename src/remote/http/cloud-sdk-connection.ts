import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

/**
 * Whether only the Cloud SDK can make the connection: client certificates and trust stores, which it reads in all their
 * formats, a proxy of the environment (`CONNECT`), agents with options of their own.
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
 * What the Cloud SDK gets to know of a destination when CAP calls it: where it is, and no credentials. It prepares a request
 * for that; the credentials come later, and the connection is another one.
 *
 * @internal
 */
export function bareDestination({ name, url }: HttpDestination): HttpDestination {
  return { ...(name && { name }), url, authentication: 'NoAuthentication', proxyType: 'Internet' }
}

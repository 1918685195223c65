import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import {
  needsCloudSdk,
  visibleDestination
} from '../../../../src/remote/http/cloud-sdk-connection.js'

const url = 'https://s4.example'
const proxyConfiguration = { host: 'proxy', port: 80, protocol: 'http' }

describe('a connection that only the Cloud SDK can make', () => {
  test.each<[string, object]>([
    ['a client certificate', { authentication: 'ClientCertificateAuthentication' }],
    ['trust in every server', { isTrustingAllCertificates: true }],
    ['a trust store', { trustStoreCertificate: { name: 'ca.pem', content: 'cGVt', type: 'C' } }],
    ['a proxy of the environment', { proxyConfiguration }],
    ['a proxy for the internet', { proxyConfiguration, proxyType: 'Internet' }],
    ['options of an agent', { agentOptions: { maxSockets: 1 } }],
    ['mutual TLS', { mtls: true }],
    ['a key pair', { mtlsKeyPair: { cert: 'c', key: 'k' } }]
  ])('is one with %s: it gets the whole destination', (_, changes) => {
    const destination = { name: 'S4', url, ...changes } as HttpDestination
    expect(needsCloudSdk(destination)).toBe(true)
    expect(visibleDestination(destination)).toBe(destination)
  })
})

describe('for every other connection', () => {
  const authTokens = [{ value: 'secret' }]
  test.each<[string, object]>([
    ['no authentication', { authentication: 'NoAuthentication' }],
    ['a password', { authentication: 'BasicAuthentication', username: 'u', password: 'secret' }],
    ['a token', { authentication: 'OAuth2JWTBearer', authTokens }],
    ['a system behind the Cloud Connector', { proxyConfiguration, proxyType: 'OnPremise' }],
    ['what is turned off', { isTrustingAllCertificates: false, mtls: false }],
    ['headers', { headers: { apikey: 'secret' }, queryParameters: { key: 'secret' } }]
  ])('with %s, name and URL are all that the Cloud SDK sees', (_, changes) => {
    const visible = { url, authentication: 'NoAuthentication', proxyType: 'Internet' }
    const destination = { url, ...changes } as HttpDestination
    expect(needsCloudSdk(destination)).toBe(false)
    expect(visibleDestination(destination)).toStrictEqual(visible)
    const named = { ...destination, name: 'S4' }
    expect(visibleDestination(named)).toStrictEqual({ name: 'S4', ...visible })
  })
})

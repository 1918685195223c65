import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { thumbprint } from '../../../../emulator/src/http/client-certificate.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import { xsSecurity } from '../../../../emulator/test/support/maintenance.js'
import { FidelityLandscape } from '../landscape.js'

const client = requireNative('openid-client') as typeof import('openid-client')

let landscape: FidelityLandscape
beforeAll(async () => {
  landscape = await FidelityLandscape.start({
    ...{ onPremise: {}, destinations: {}, trust: {}, users: { alice: {} } },
    xsSecurity: { ...xsSecurity, 'oauth2-configuration': { 'credential-types': ['x509'] } }
  })
})
afterAll(() => landscape.stop())

/** Sends a request with the certificate of the binding, which `fetch` of Node has no option for. */
function fetchWithCertificate(
  url: string,
  { method, headers, body }: { method: string; headers: Record<string, string>; body?: unknown }
): Promise<Response> {
  const { certificate: cert, key } = credentials(landscape.emulator)
  return new Promise((resolve, reject) => {
    const req = request(url, { method, headers, cert, key, agent: false }, (res) => {
      const { statusCode: status = 0, headers: own } = res
      const type = { 'content-type': own['content-type'] ?? '' }
      text(res).then((content) => resolve(new Response(content, { status, headers: type })), reject)
    })
    req.once('error', reject)
    req.end((body as URLSearchParams | null | undefined)?.toString())
  })
}

test('the metadata says where to, and tokens are bound to it', async () => {
  const { url, clientid = '', certificate = '' } = credentials(landscape.emulator)
  const config = await client.discovery(
    new URL(`${url}/oauth/token`),
    clientid,
    { use_mtls_endpoint_aliases: true },
    client.TlsClientAuth(),
    { [client.customFetch]: fetchWithCertificate }
  )
  expect(config.serverMetadata()).toMatchObject({
    token_endpoint_auth_methods_supported: expect.arrayContaining(['tls_client_auth']),
    tls_client_certificate_bound_access_tokens: true
  })
  const { access_token } = await client.clientCredentialsGrant(config)
  expect(claimsOf(access_token)).toMatchObject({ cnf: { 'x5t#S256': thumbprint(certificate) } })
  const user = { username: 'alice', password: '' }
  const tokens = await client.genericGrantRequest(config, 'password', user)
  expect(tokens.claims()).toMatchObject({ user_name: 'alice' })
})

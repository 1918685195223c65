import type { Emulator } from '../../../../emulator/src/index.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { identityCredentials } from '../../../../emulator/test/support/identity.js'
import type { FidelityLandscape } from '../landscape.js'
import { CALLBACK, logOnAt, openBrowser, startIdentity } from './log-on.js'

const client = requireNative(
  '@modelcontextprotocol/sdk/client/auth.js'
) as typeof import('@modelcontextprotocol/sdk/client/auth.js')

let landscape: FidelityLandscape
let emulator: Emulator
beforeAll(async () => {
  landscape = await startIdentity()
  emulator = landscape.emulator
})
afterAll(() => landscape.stop())

/** The authorization server as a protected resource names it. */
const server = () => identityCredentials(emulator)['url'] ?? ''

async function metadata() {
  const found = await client.discoverAuthorizationServerMetadata(server())
  if (!found) throw new Error('no metadata')
  return found
}

test('discovery', async () => {
  expect(await metadata()).toMatchObject({
    issuer: server(),
    authorization_endpoint: `${server()}/oauth2/authorize`,
    code_challenge_methods_supported: expect.arrayContaining(['S256'])
  })
})

test('log-on of a public client at any port of 127.0.0.1, refresh', async () => {
  const { clientid: client_id = '' } = identityCredentials(emulator, 'desktop')
  const options = { metadata: await metadata(), clientInformation: { client_id } }
  // RFC 8707, without an effect here
  const resource = new URL('https://mcp.example/mcp')
  const { authorizationUrl, codeVerifier } = await client.startAuthorization(server(), {
    ...options,
    redirectUrl: CALLBACK,
    scope: 'openid',
    resource
  })
  const callback = await logOnAt(authorizationUrl, openBrowser(emulator))
  const authorizationCode = callback.searchParams.get('code') ?? ''
  const grant = { authorizationCode, codeVerifier, redirectUri: CALLBACK, resource }
  const tokens = await client.exchangeAuthorization(server(), { ...options, ...grant })
  expect(claimsOf(tokens.access_token)).toMatchObject({ aud: client_id, sap_id_type: 'user' })
  const refreshToken = tokens.refresh_token ?? ''
  const refreshed = await client.refreshAuthorization(server(), { ...options, refreshToken })
  expect(claimsOf(refreshed.access_token)).toMatchObject({ preferred_username: 'alice' })
  const again = client.refreshAuthorization(server(), { ...options, refreshToken })
  await expect(again).rejects.toMatchObject({ errorCode: 'invalid_grant' })
})

test('clients cannot be registered', async () => {
  const clientMetadata = { redirect_uris: [CALLBACK], client_name: 'test' }
  const refused = client.registerClient(server(), { metadata: await metadata(), clientMetadata })
  await expect(refused).rejects.toThrow(/does not support dynamic client registration/)
})

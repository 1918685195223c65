import type { Emulator } from '../../../../emulator/src/index.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { claimsOf, credentials } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { CALLBACK, logOnAt, startXsuaa } from './log-on.js'

const client = requireNative(
  '@modelcontextprotocol/sdk/client/auth.js'
) as typeof import('@modelcontextprotocol/sdk/client/auth.js')

let landscape: FidelityLandscape
let emulator: Emulator
beforeAll(async () => {
  landscape = await startXsuaa()
  emulator = landscape.emulator
})
afterAll(() => landscape.stop())

/** The authorization server as a protected resource names it. */
const server = () => `${credentials(emulator)['url']}/oauth/token`

async function metadataOf(address: string) {
  const metadata = await client.discoverAuthorizationServerMetadata(address)
  if (!metadata) throw new Error(`no metadata at ${address}`)
  return metadata
}

/** A client that is configured with the credentials of the binding. */
function known() {
  const { clientid: client_id = '', clientsecret: client_secret = '' } = credentials(emulator)
  return { client_id, client_secret }
}

async function logOn() {
  const metadata = await metadataOf(server())
  const { authorizationUrl, codeVerifier } = await client.startAuthorization(server(), {
    ...{ metadata, clientInformation: known(), redirectUrl: CALLBACK, scope: 'openid' },
    // RFC 8707; XSUAA does not look at it
    resource: new URL('https://mcp.example/mcp')
  })
  const callback = await logOnAt(emulator, authorizationUrl)
  const authorizationCode = callback.searchParams.get('code') ?? ''
  return { metadata, authorizationCode, codeVerifier, redirectUri: CALLBACK }
}

test('discovery by issuer: the metadata has the same issuer, and announces PKCE', async () => {
  expect(await metadataOf(server())).toMatchObject({
    issuer: server(),
    code_challenge_methods_supported: expect.arrayContaining(['S256'])
  })
})

test('discovery at the url of the binding', async () => {
  const { url = '' } = credentials(emulator)
  expect(await metadataOf(url)).toMatchObject({ token_endpoint: `${url}/oauth/token` })
})

test('log-on with PKCE, refresh', async () => {
  const { metadata, ...grant } = await logOn()
  const clientInformation = known()
  const options = { metadata, clientInformation }
  const tokens = await client.exchangeAuthorization(server(), { ...options, ...grant })
  expect(claimsOf(tokens.access_token)).toMatchObject({ user_name: 'alice', scope: ['openid'] })
  expect(tokens.id_token).toEqual(expect.any(String))
  const refreshToken = tokens.refresh_token ?? ''
  const refreshed = await client.refreshAuthorization(server(), { ...options, refreshToken })
  expect(claimsOf(refreshed.access_token).user_name).toBe('alice')
})

test('a client without a secret gets no token', async () => {
  const { metadata, ...grant } = await logOn()
  const { client_id } = known()
  const options = { metadata, clientInformation: { client_id }, ...grant }
  await expect(client.exchangeAuthorization(server(), options)).rejects.toThrow(/Bad credentials/)
})

test('clients cannot be registered', async () => {
  const clientMetadata = { redirect_uris: [CALLBACK], client_name: 'test' }
  const metadata = await metadataOf(server())
  await expect(client.registerClient(server(), { metadata, clientMetadata })).rejects.toThrow(
    /does not support dynamic client registration/
  )
  const registration_endpoint = `${credentials(emulator)['url']}/oauth/register`
  const announced = { ...metadata, registration_endpoint }
  const refused = client.registerClient(server(), { metadata: announced, clientMetadata })
  await expect(refused).rejects.toMatchObject({ errorCode: 'access_denied' })
})

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Express from 'express'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { claimsOf, credentials, send } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { CALLBACK, logOnAt, startXsuaa } from './log-on.js'

const express = requireNative('express') as typeof Express
const { setupHttpAuth } = requireNative(
  '@arc-mcp/xsuaa-auth'
) as typeof import('@arc-mcp/xsuaa-auth')
const client = requireNative(
  '@modelcontextprotocol/sdk/client/auth.js'
) as typeof import('@modelcontextprotocol/sdk/client/auth.js')

let landscape: FidelityLandscape
let server: Server
let appUrl: string
beforeAll(async () => {
  landscape = await startXsuaa()
  const app = express()
  app.use(express.json(), express.urlencoded({ extended: true }))
  server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  appUrl = `http://localhost:${(server.address() as AddressInfo).port}`
  const scopesSupported = ['Viewer', 'Technician']
  const { url, clientid, clientsecret, xsappname, uaadomain } = credentials(landscape.emulator)
  const binding = { url, clientid, clientsecret, xsappname, uaadomain } as never
  const bearer = setupHttpAuth(app, {
    xsuaa: { credentials: binding, appUrl, scopesSupported, requiredScopes: ['Viewer'] },
    required: true
  })
  if (!bearer) throw new Error('nothing is protected')
  app.get('/mcp', bearer, (req, res) => void res.json((req as { auth?: object }).auth))
})
afterAll(async () => {
  server.close()
  server.closeAllConnections()
  await landscape.stop()
})

const local = (address: string | URL) => {
  const { pathname, search } = new URL(address)
  return appUrl.replace('localhost', '127.0.0.1') + pathname + search
}

const redirectOf = async (address: string | URL) => {
  const { headers, text } = await send(local(address))
  return headers.location ?? text
}

test('a client that registers with the proxy logs on at XSUAA, and its token is accepted', async () => {
  const metadata = await client.discoverAuthorizationServerMetadata(appUrl)
  if (!metadata) throw new Error('no metadata')
  const clientMetadata = { redirect_uris: [CALLBACK], client_name: 'test' }
  const clientInformation = await client.registerClient(appUrl, { metadata, clientMetadata })
  const { authorizationUrl, codeVerifier } = await client.startAuthorization(appUrl, {
    ...{ metadata, clientInformation, redirectUrl: CALLBACK },
    ...{ scope: 'Viewer', state: 'a+b' }
  })
  const atXsuaa = await redirectOf(authorizationUrl)
  const back = new URL(await redirectOf(await logOnAt(landscape.emulator, atXsuaa)))
  expect(back.searchParams.get('state')).toBe('a+b')
  const authorizationCode = back.searchParams.get('code') ?? ''
  const { access_token } = await client.exchangeAuthorization(appUrl, {
    ...{ metadata, clientInformation, authorizationCode, codeVerifier, redirectUri: CALLBACK }
  })
  expect(claimsOf(access_token)).toMatchObject({ user_name: 'alice' })
  const headers = { authorization: `Bearer ${access_token}` }
  expect((await send(local(`${appUrl}/mcp`), { headers })).body).toMatchObject({
    scopes: ['Viewer']
  })
  expect((await send(local(`${appUrl}/mcp`))).status).toBe(401)
})

import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler } from 'express'
import { auth, requiredScopes, type AuthOptions, type AuthResult } from 'express-oauth2-jwt-bearer'
import { claimsOf, credentials, send } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { startXsuaa } from './log-on.js'

let landscape: FidelityLandscape
let servers: Server[]
beforeAll(async () => (landscape = await startXsuaa()))
beforeEach(() => (servers = []))
afterEach(() => {
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
  }
})
afterAll(() => landscape.stop())

const refuse: ErrorRequestHandler = (error: { status: number }, _req, res, _next) =>
  void res.status(error.status).end()

/** A server of resources; answers with the status, and with the user of the token. */
async function api(options: AuthOptions) {
  const app = express()
  app.get('/', auth(options), requiredScopes('maintenance!t1.Technician'), (req, res) => {
    const { payload } = req.auth as unknown as AuthResult
    res.json(payload['user_name'])
  })
  app.use(refuse)
  const server = app.listen(0, '127.0.0.1')
  servers.push(server)
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const { status, body } = await send(`http://127.0.0.1:${port}/`, { headers })
    return { status, body: body as unknown }
  }
}

const issue = (options: object = {}) => landscape.emulator.issueToken({ user: 'alice', ...options })

test('discovery at the url of the binding', async () => {
  const { url = '', clientid: audience = '' } = credentials(landscape.emulator)
  const call = await api({ issuerBaseURL: url, audience })
  expect(await call(await issue())).toEqual({ status: 200, body: 'alice' })
})

test('key set and issuer: tokens that are good, expired, for others, and without the scope', async () => {
  const { url = '', clientid: audience = '' } = credentials(landscape.emulator)
  const token = await issue()
  const { iss: issuer } = claimsOf(token)
  const call = await api({ jwksUri: `${url}/token_keys`, issuer, audience })
  expect(await call(token)).toEqual({ status: 200, body: 'alice' })
  const refused = [
    await call(await issue({ expiresIn: -60 })),
    await call(await issue({ claims: { aud: 'x' } })),
    await call(await issue({ claims: { scope: 'openid' } }))
  ]
  expect(refused.map(({ status }) => status)).toEqual([401, 401, 403])
})

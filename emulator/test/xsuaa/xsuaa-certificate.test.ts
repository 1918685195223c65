import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createAuthority } from '../../src/certificates/authority.js'
import { thumbprint } from '../../src/http/client-certificate.js'
import { type Emulator, startEmulator } from '../../src/index.js'
import { claimsOf, credentials, send } from '../support/http.js'
import type { ClientTask } from '../support/sap-client.js'

let emulator: Emulator
let own: Record<string, string>
beforeAll(async () => {
  emulator = await startEmulator({
    root: __dirname,
    users: { alice: {} },
    xsSecurity: { xsappname: 'app', 'oauth2-configuration': { 'credential-types': ['x509'] } }
  })
  own = credentials(emulator)
})
afterAll(() => emulator.stop())

function request(identity: { cert?: string; key?: string }, parameters: object = {}) {
  const form = { client_id: own['clientid'], grant_type: 'client_credentials', ...parameters }
  return send(`${own['certurl']}/oauth/token`, {
    method: 'POST',
    ca: emulator.ca,
    ...identity,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form as never).toString()
  })
}

test('the binding has a certificate, and no secret', () => {
  expect(own).toMatchObject({ 'credential-type': 'x509', certurl: emulator.url })
  expect(own).not.toHaveProperty('clientsecret')
})

test('with it the client gets tokens, which are bound to it', async () => {
  const identity = { cert: own['certificate']!, key: own['key']! }
  const user = { grant_type: 'password', username: 'alice' }
  for (const parameters of [{}, user]) {
    const { status, body } = await request(identity, parameters)
    expect(status).toBe(200)
    expect(claimsOf(body.access_token).cnf).toEqual({ 'x5t#S256': thumbprint(own['certificate']!) })
  }
})

test('without it, with another one, or with a secret it gets none', async () => {
  const stranger = await createAuthority('CN=somebody')
  const subject = [{ CN: [own['clientid'] ?? ''] }]
  const forged = await stranger.issue({ subject, usage: 'client', validMs: 3600_000 })
  const attempts = [request({}), request(forged), request({}, { client_secret: 'undefined' })]
  for (const { status, body } of await Promise.all(attempts)) {
    expect({ status, error: body.error }).toEqual({ status: 401, error: 'unauthorized' })
  }
})

test('@sap/xssec authenticates with it', async () => {
  const child = fork(join(__dirname, '../support', 'sap-client.ts'), [], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const vcapServices = emulator.vcapServices()
  // what the client exchanges with the connectivity binding, it exchanges with its own here
  vcapServices.connectivity = vcapServices.xsuaa
  const alice = await emulator.issueToken({ user: 'alice' })
  const task: ClientTask = { ca: emulator.ca, vcapServices, tokens: { alice } }
  child.send(task)
  const [results] = (await once(child, 'message')) as [{ exchange: string[] }]
  await once(child, 'exit')
  expect(results.exchange).toContain('access_token')
})

import { Agent } from 'node:http'
import { startEmulator, type Emulator } from '../../src/index.js'
import { claimsOf, credentials, requestToken, send, viaProxy } from '../support/http.js'
import { options, VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

const LOCATION = 'WALLDORF'

let emulator: Emulator
beforeAll(async () => {
  const users = { ...options.users, tina: { roles: ['Viewer'], tenant: 'Customer-1' } }
  emulator = await startEmulator({ ...withBackend, users, locationId: LOCATION })
})
afterAll(() => emulator.stop())

const url = `http://${VIRTUAL_HOST}/ping`
const location = { 'sap-connectivity-scc-location_id': LOCATION }

it('a user of another tenant gets a token of that tenant', async () => {
  const { body } = await requestToken(emulator, { grant_type: 'password', username: 'tina' })
  expect(claimsOf(body.access_token)).toMatchObject({
    zid: 'Customer-1',
    ext_attr: { subaccountid: 'Customer-1', zdn: 'customer-1' },
    iss: emulator.url.replace('localhost', 'customer-1.localhost') + '/oauth/token'
  })
  expect(credentials(emulator)['tenantmode']).toBe('shared')
})

it('x-zid selects the tenant of a technical token', async () => {
  const parameters = { grant_type: 'client_credentials' }
  const { body } = await requestToken(emulator, parameters, { 'x-zid': 'Customer-1' })
  expect(claimsOf(body.access_token).zid).toBe('Customer-1')
  expect((await requestToken(emulator, parameters, { 'x-zid': 'nobody' })).status).toBe(400)
})

it('the tenant of the host wins over x-zid', async () => {
  const parameters = { grant_type: 'client_credentials' }
  const zid = async (subdomain: string, tenant: string) => {
    const host = `${subdomain}.localhost:${new URL(emulator.url).port}`
    const headers = { host, 'x-zid': tenant }
    return claimsOf((await requestToken(emulator, parameters, headers)).body.access_token).zid
  }
  expect(await zid('maintenance', 'Customer-1')).toBe(credentials(emulator)['tenantid'])
  expect(await zid('customer-1', credentials(emulator)['tenantid'] ?? '')).toBe('Customer-1')
  expect(await zid('customer-1', 'nobody')).toBe('Customer-1')
})

it('x-zid of another tenant: no user, no exchange, no refresh', async () => {
  const headers = { 'x-zid': 'Customer-1' }
  const { body } = await requestToken(emulator, { grant_type: 'password', username: 'alice' })
  const attempts = [
    { grant_type: 'password', username: 'alice' },
    { grant_type: 'refresh_token', refresh_token: body.refresh_token },
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: body.access_token
    }
  ]
  for (const parameters of attempts) {
    expect((await requestToken(emulator, parameters, headers)).status).toBe(401)
  }
})

it('at the address of the binding: no exchange and no refresh for a user of another tenant', async () => {
  const { body } = await requestToken(emulator, { grant_type: 'password', username: 'tina' })
  const attempts = [
    { grant_type: 'refresh_token', refresh_token: body.refresh_token },
    {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: body.access_token
    }
  ]
  for (const parameters of attempts) {
    expect((await requestToken(emulator, parameters)).status).toBe(401)
    const headers = { 'x-zid': 'Customer-1' }
    expect((await requestToken(emulator, parameters, headers)).status).toBe(200)
  }
})

it('token keys are there for every tenant', async () => {
  const { ca } = emulator
  expect((await send(`${emulator.url}/token_keys?zid=Customer-1`, { ca })).status).toBe(200)
})

it('the Cloud Connector does not take a user of another subaccount', async () => {
  const { status } = await viaProxy(emulator, url, { user: 'tina', headers: location })
  expect(status).toBe(401)
  const claims = { zid: 'Customer-1' }
  const token = await emulator.issueToken({ client: 'connectivity', claims })
  const headers = { ...location, 'proxy-authorization': `Bearer ${token}` }
  const { body } = await viaProxy(emulator, url, { user: 'tina', headers })
  expect(body.subject).toBe('CN=tina')
})

it('a kept-alive connection belongs to one subaccount', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  await viaProxy(emulator, url, { headers: location, agent })
  const claims = { zid: 'Customer-1' }
  const token = await emulator.issueToken({ client: 'connectivity', claims })
  const headers = { ...location, 'proxy-authorization': `Bearer ${token}` }
  const { status, text } = await viaProxy(emulator, url, { headers, agent })
  agent.destroy()
  expect(status).toBe(400)
  expect(text).toMatch(/^One of the headers \[SAP-Connectivity-ConsumerAccount/)
})

it('a Cloud Connector with a location id is not the default one', async () => {
  expect((await viaProxy(emulator, url, { user: 'alice' })).status).toBe(503)
  expect((await viaProxy(emulator, url, { user: 'alice', headers: location })).status).toBe(200)
})

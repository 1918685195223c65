import { Agent } from 'node:http'
import { startEmulator, type Emulator } from '../../src/index.js'
import { viaProxy } from '../support/http.js'
import { options, VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

const OTHER = 'other.internal:8000'
const backend = 'echo-backend.ts'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({
    ...withBackend,
    cloudConnectors: {
      BERLIN: { [VIRTUAL_HOST]: { backend, resources: [{ path: '/berlin' }] } },
      PARIS: { [OTHER]: { backend } }
    },
    tenants: {
      acme: { users: { tina: {} }, cloudConnectors: { BERLIN: { [OTHER]: { backend } } } },
      beta: { users: { tina: {} } }
    }
  })
})
afterAll(() => emulator.stop())

async function call(location: string | undefined, host: string, path: string, tenant?: string) {
  const token = await emulator.issueToken({
    client: 'connectivity',
    ...(tenant && { claims: { zid: tenant } })
  })
  const user = await emulator.issueToken(tenant ? { user: 'tina', tenant } : { user: 'alice' })
  return viaProxy(emulator, `http://${host}${path}`, {
    headers: {
      'proxy-authorization': `Bearer ${token}`,
      'sap-connectivity-authentication': `Bearer ${user}`,
      ...(location !== undefined && { 'sap-connectivity-scc-location_id': location })
    }
  })
}

test.each<[string | undefined, string, string, number, string | undefined]>([
  [undefined, VIRTUAL_HOST, '/ping', 200, undefined],
  ['', VIRTUAL_HOST, '/ping', 200, undefined],
  ['BERLIN', VIRTUAL_HOST, '/berlin', 200, undefined],
  ['BERLIN', VIRTUAL_HOST, '/ping', 403, undefined],
  [undefined, VIRTUAL_HOST, '/berlin', 403, undefined],
  ['PARIS', OTHER, '/any', 200, undefined],
  ['PARIS', VIRTUAL_HOST, '/ping', 403, undefined],
  ['BERLIN', OTHER, '/any', 403, undefined],
  ['berlin', VIRTUAL_HOST, '/berlin', 503, undefined],
  ['ROME', VIRTUAL_HOST, '/ping', 503, undefined],
  // a subscriber with Cloud Connectors of its own has no other
  ['BERLIN', OTHER, '/any', 200, 'acme'],
  ['BERLIN', VIRTUAL_HOST, '/berlin', 403, 'acme'],
  ['PARIS', OTHER, '/any', 503, 'acme'],
  [undefined, VIRTUAL_HOST, '/ping', 503, 'acme'],
  // one without sees the provider's
  ['BERLIN', VIRTUAL_HOST, '/berlin', 200, 'beta'],
  [undefined, VIRTUAL_HOST, '/ping', 200, 'beta']
])('location %j, %s%s: %d (tenant %s)', async (location, host, path, expected, tenant) => {
  const { status, body } = await call(location, host, path, tenant)
  expect(status).toBe(expected)
  if (status === 200) expect(body.subject).toBe(tenant ? 'CN=tina' : 'CN=alice')
})

test('what runs behind them is told apart', async () => {
  const before = await emulator.system(`BERLIN/${VIRTUAL_HOST}`).audit()
  await call('BERLIN', VIRTUAL_HOST, '/berlin')
  const entries = await emulator.system(`BERLIN/${VIRTUAL_HOST}`).audit()
  expect(entries.length).toBe(before.length + 1)
  const paths = (await emulator.system(VIRTUAL_HOST).audit()).map(({ path }) => path)
  expect(paths).not.toContain('/berlin')
})

test('a connection belongs to one of them', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const url = `http://${VIRTUAL_HOST}`
  expect((await viaProxy(emulator, `${url}/ping`, { agent })).status).toBe(200)
  const headers = { 'sap-connectivity-scc-location_id': 'BERLIN' }
  expect((await viaProxy(emulator, `${url}/berlin`, { agent, headers })).status).toBe(400)
  agent.destroy()
})

test.each([
  [{ cloudConnectors: { '': {} } }, /cloudConnectors\[""\].*"onPremise"/],
  [{ locationId: 'A', cloudConnectors: { A: {} } }, /cloudConnectors\["A"\].*"onPremise"/],
  [{ cloudConnectors: { A: { 'no-port': { backend } } } }, /virtual host with a port/],
  [{ cloudConnectors: { A: { [OTHER]: { backnd: 'x' } } } }, /did you mean "backend"/],
  [{ cloudConnector: {} }, /did you mean "cloudConnectors"/],
  [{ tenants: { acme: { cloudConnectorz: {} } } }, /did you mean "cloudConnectors"/]
])('%j is refused', async (more, message) => {
  await expect(startEmulator({ ...options, ...more } as typeof options)).rejects.toThrow(message)
})

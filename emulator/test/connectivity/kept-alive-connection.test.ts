import { Agent } from 'node:http'
import { startEmulator, type Emulator } from '../../src/index.js'
import { viaProxy } from '../support/http.js'
import { VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

const SERVICE = `http://${VIRTUAL_HOST}/sap/opu/odata/sap/API_EQUIPMENT`
const OTHER_HOST = 'other.internal:443'

let emulator: Emulator
beforeAll(async () => {
  const onPremise = { ...withBackend.onPremise, [OTHER_HOST]: { backend: 'echo-backend.ts' } }
  emulator = await startEmulator({ ...withBackend, onPremise })
})
afterAll(() => emulator.stop())

describe('a kept-alive connection', () => {
  it('acts as its first principal, whoever comes next', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const before = emulator.connections.connectivity
    const subjects = []
    for (const user of ['alice', 'bob', 'alice']) {
      subjects.push((await viaProxy(emulator, SERVICE, { user, agent })).body.subject)
    }
    agent.destroy()
    expect(subjects).toEqual(['CN=alice', 'CN=alice', 'CN=alice'])
    expect(emulator.connections.connectivity).toBe(before + 1)
    expect(emulator.requests('connectivity').at(-1)).toMatchObject({
      connection: before + 1,
      subject: 'CN=alice',
      host: VIRTUAL_HOST
    })
  })

  it('stays without principal if it began so', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await viaProxy(emulator, SERVICE, { agent })
    const { body } = await viaProxy(emulator, SERVICE, { user: 'alice', agent })
    agent.destroy()
    expect(body.subject).toBeNull()
  })

  it('goes on after a refusal, and a refused request binds nothing', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const before = emulator.connections.connectivity
    const invalid = await viaProxy(emulator, SERVICE, {
      agent,
      method: 'POST',
      body: 'x'.repeat(10_000),
      headers: { 'sap-connectivity-authentication': 'Bearer x.y.z' }
    })
    expect(invalid.status).toBe(401)
    const { body } = await viaProxy(emulator, SERVICE, { user: 'bob', agent })
    agent.destroy()
    expect(body.subject).toBe('CN=bob')
    expect(emulator.connections.connectivity).toBe(before + 1)
  })

  it('has its own connection to the backend', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const first = await viaProxy(emulator, SERVICE, { user: 'alice', agent })
    const second = await viaProxy(emulator, SERVICE, { user: 'alice', agent })
    const other = await viaProxy(emulator, SERVICE, { user: 'alice' })
    agent.destroy()
    expect(second.body.connection).toBe(first.body.connection)
    expect(other.body.connection).not.toBe(first.body.connection)
  })

  it('belongs to one virtual host', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    await viaProxy(emulator, SERVICE, { agent })
    const other = await viaProxy(emulator, `http://${OTHER_HOST}/ping`, { agent })
    agent.destroy()
    expect(other.status).toBe(403)
    expect((await viaProxy(emulator, `http://${OTHER_HOST}/ping`)).status).toBe(200)
  })

  it('is closed when the client says so', async () => {
    const { headers } = await viaProxy(emulator, SERVICE, { headers: { connection: 'close' } })
    expect(headers.connection).toBe('close')
    expect(headers).not.toHaveProperty('keep-alive')
  })

  it('is kept for as long as the proxy keeps it, whatever the backend says of its own', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const { headers } = await viaProxy(emulator, SERVICE, { agent })
    agent.destroy()
    expect(headers).toMatchObject({ connection: 'keep-alive', 'keep-alive': 'timeout=60' })
  })
})

it('100 interleaved requests, each user on connections of its own', async () => {
  const users = ['alice', 'bob', 'carol', 'eve']
  const agents = new Map(users.map((user) => [user, new Agent({ keepAlive: true, maxSockets: 3 })]))
  const subjects = await Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const user = users[index % users.length]!
      const { body } = await viaProxy(emulator, SERVICE, { user, agent: agents.get(user)! })
      return [`CN=${user}`, body.subject]
    })
  )
  for (const agent of agents.values()) agent.destroy()
  for (const [expected, actual] of subjects) expect(actual).toBe(expected)
})

import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import type { Emulator } from '../../../../emulator/src/index.js'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { credentials } from '../../../../emulator/test/support/http.js'
import { FidelityLandscape } from '../landscape.js'
import { proxyTokenOf } from './proxy.js'

const { SocksClient } = requireNative('socks') as typeof import('socks')

let database: Server
let landscape: FidelityLandscape
let emulator: Emulator
beforeAll(async () => {
  database = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  database.listen(0, '127.0.0.1')
  await once(database, 'listening')
  const { port } = database.address() as AddressInfo
  const systems = { 'db.internal:5432': { backend: `tcp://127.0.0.1:${port}` } }
  landscape = await FidelityLandscape.start({
    destinations: {},
    onPremise: {
      ...systems,
      '10.0.0.1:5432': { backend: `tcp://127.0.0.1:${port}` },
      'gone.internal:5432': { backend: 'tcp://127.0.0.1:1' },
      'web.internal:443': { backend: 'https://localhost:1' }
    },
    cloudConnectors: { berlin: systems }
  })
  emulator = landscape.emulator
})
afterAll(async () => {
  await landscape.stop()
  database.close()
})

/** The message of the method 0x80, as the documentation of the Connectivity service has it. */
function authentication(token: string, locationId = ''): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(token.length)
  const location = Buffer.from(Buffer.from(locationId).toString('base64'))
  return Buffer.concat([
    Buffer.from([1]),
    length,
    Buffer.from(token),
    Buffer.from([location.length]),
    location
  ])
}

async function connect(host: string, options: { token?: string; locationId?: string } = {}) {
  const token = options.token ?? (await proxyTokenOf(emulator))
  const { onpremise_proxy_host = '', onpremise_socks5_proxy_port } = credentials(
    emulator,
    'connectivity'
  )
  const { socket } = await SocksClient.createConnection({
    proxy: {
      host: onpremise_proxy_host,
      port: Number(onpremise_socks5_proxy_port),
      type: 5,
      custom_auth_method: 0x80,
      custom_auth_request_handler: () => Promise.resolve(authentication(token, options.locationId)),
      custom_auth_response_size: 2,
      custom_auth_response_handler: ([, status]) => Promise.resolve(status === 0)
    },
    command: 'connect',
    destination: { host, port: host.startsWith('web') ? 443 : 5432 }
  })
  return socket
}

test.each([
  ['a name', 'db.internal', {}],
  ['an IPv4 address', '10.0.0.1', {}],
  ['a Cloud Connector with a location id', 'db.internal', { locationId: 'berlin' }]
])('TCP through the proxy, both ways: %s', async (_, host, options) => {
  const socket = await connect(host, options)
  socket.write('hello')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toBe('hello')
  socket.destroy()
})

test.each<[string, string, { token?: string; locationId?: string }, RegExp]>([
  ['a host that is not exposed', 'other.internal', {}, /NotAllowed/],
  ['a system of HTTP', 'web.internal', {}, /NotAllowed/],
  ['no Cloud Connector', 'db.internal', { locationId: 'paris' }, /NetworkUnreachable/],
  ['a system that does not answer', 'gone.internal', {}, /HostUnreachable/],
  ['a wrong token', 'db.internal', { token: 'x.y.z' }, /Authentication failed/]
])('refused: %s', async (_, host, options, message) => {
  await expect(connect(host, options)).rejects.toThrow(message)
})

test('a client without the method of the service is refused', async () => {
  const { onpremise_socks5_proxy_port: port } = credentials(emulator, 'connectivity')
  const connection = SocksClient.createConnection({
    proxy: { host: '127.0.0.1', port: Number(port), type: 5 },
    command: 'connect',
    destination: { host: 'db.internal', port: 5432 }
  })
  await expect(connection).rejects.toThrow(/NoAcceptedAuthType|no accepted authentication/i)
})

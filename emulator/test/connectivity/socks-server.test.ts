import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { GateContext } from '../../src/connectivity/gate.js'
import { createSocksProxy } from '../../src/connectivity/socks/socks-server.js'
import { type Listener, listen } from '../../src/http/listener.js'

const HOST = 'db.internal'
const PORT = 5432

/** A token of another issuer, so that the landscape's Identity Authentication decides. */
const TOKEN = 'e30.e30.AA'

let database: Listener
beforeAll(async () => (database = await listen(createServer((socket) => socket.resume().end()))))
afterAll(() => database.close())

/** Finds the address of a system when it is told so. */
class SlowLookup {
  readonly #asked = Promise.withResolvers<() => void>()

  /** Settles when the address is asked for, with the function that finds it. */
  readonly asked = this.#asked.promise

  readonly lookup = (_: string, options: object, done: (...found: unknown[]) => void) => {
    const all = 'all' in options && options.all
    const found = all ? [[{ address: '127.0.0.1', family: 4 }]] : ['127.0.0.1', 4]
    this.#asked.resolve(() => done(null, ...found))
  }
}

/** The rules of a landscape with one system, for a client with any token of Identity Authentication. */
function contextWith(lookup: SlowLookup['lookup']): GateContext {
  const tcp = { host: HOST, port: database.port, lookup }
  const context = {
    issuer: { knows: () => false },
    identity: { verify: () => Promise.resolve({ aud: 'connectivity', zid: 't1' }) },
    audience: 'connectivity',
    systemsOf: () => new Map([[`${HOST}:${PORT}`, { tcp }]])
  }
  return context as unknown as GateContext
}

/** The whole handshake: method, token, system. */
function handshake(): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUInt32BE(TOKEN.length)
  bytes.writeUInt16BE(PORT, 4)
  return Buffer.concat([
    Buffer.from([5, 1, 0x80, 1]),
    bytes.subarray(0, 4),
    Buffer.from(`${TOKEN}\0`),
    Buffer.from([5, 1, 0, 3, HOST.length]),
    Buffer.from(HOST),
    bytes.subarray(4)
  ])
}

test('a client that leaves while its system is being connected leaves no connection to it', async () => {
  const slow = new SlowLookup()
  const server = createSocksProxy(contextWith(slow.lookup))
  const proxy = await listen(server)
  try {
    const accepted = once(server, 'connection')
    const client = connect(proxy.port, '127.0.0.1').on('error', () => undefined)
    client.write(handshake())
    const find = await slow.asked
    const [atProxy] = (await accepted) as [Socket]
    client.resetAndDestroy()
    await new Promise((closed) => atProxy.once('close', closed))
    find()
    // connections are accepted in their order
    const next = connect(database.port, '127.0.0.1')
    await once(next.resume(), 'close')
    expect(database.accepted).toBe(1)
  } finally {
    await proxy.close()
  }
})

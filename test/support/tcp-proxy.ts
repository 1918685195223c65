import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** A TCP proxy on the loopback interface that makes a server slow or silent, or has another server behind the same port. */
export class TcpProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Port of the server that new connections get. */
  target: number
  /** Milliseconds by which each answer is late. */
  latency = 0
  /** Connections so far. */
  connections = 0

  private constructor(target: number) {
    this.target = target
    this.#server = createServer((client) => {
      this.#join(client)
    })
  }

  /** Starts a proxy for a port of this machine. */
  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target)
    proxy.#server.listen(0, '127.0.0.1')
    await once(proxy.#server, 'listening')
    return proxy
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Makes the connections that are open silent, and no other. */
  forget(): void {
    for (const socket of this.#sockets) socket.pause().removeAllListeners('data')
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #join(client: Socket): void {
    this.connections++
    const server = connect(this.target, '127.0.0.1')
    for (const [socket, other] of [
      [client, server],
      [server, client]
    ] as const) {
      this.#sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        this.#sockets.delete(socket)
        other.destroy()
      })
    }
    client.on('data', (data) => server.write(data))
    server.on('data', (data) => {
      if (this.latency) setTimeout(() => client.write(data), this.latency)
      else client.write(data)
    })
  }
}
